import numpy as np
import pytest

from weakrec_core.data.dataset import Dataset
from weakrec_core.data.training_rows import TrainingRows, count_readers, gold_rows, training_users
from weakrec_core.errors import DataError


def rows(*labels: float) -> TrainingRows:
    indices = np.arange(len(labels), dtype=np.int32)
    return TrainingRows(indices, indices, np.array(labels, np.float32))


@pytest.mark.parametrize("bad", [-1.0, 1.5, float("nan")])
def test_t8_a_label_that_is_no_probability_never_reaches_the_loss(bad: float) -> None:
    with pytest.raises(DataError, match="Training row 2 has the label"):
        rows(0.0, 1.0, bad)


def test_t9_labels_stay_soft() -> None:
    assert rows(0.5, 0.2, 0.9).p_positive.tolist() == pytest.approx([0.5, 0.2, 0.9])


def test_columns_of_different_length() -> None:
    with pytest.raises(DataError, match="3 user_idx, 3 book_idx and 2 p_positive"):
        TrainingRows(np.zeros(3, np.int32), np.zeros(3, np.int32), np.zeros(2, np.float32))


def test_gold_rows_are_those_with_gold(few_readers: Dataset) -> None:
    test = gold_rows(few_readers, "test")
    assert test.user_idx.tolist() == [4, 4, 5]
    assert test.book_idx.tolist() == [0, 2, 7]
    assert test.p_positive.tolist() == [1, 0, 1]
    assert len(gold_rows(few_readers, "train")) == 0


def test_only_users_of_train_and_dev_are_counted(few_readers: Dataset) -> None:
    users = training_users(few_readers)
    assert users.tolist() == [0, 1, 2]
    assert count_readers(few_readers, users).tolist() == [1, 2, 2, 1, 1, 1, 1, 1, 1, 0]
