"""The networks as built, before any training."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.core.conftest import MakeRatings
from weakrec_core.data.dataset import Dataset, open_dataset
from weakrec_core.data.histories import Histories
from weakrec_core.data.training_rows import NO_ROWS, TrainingRows, gold_rows
from weakrec_core.errors import RunError
from weakrec_core.network.network_recommender import NetworkRecommender, load
from weakrec_core.network.presets.registry import PRESETS, train_config
from weakrec_core.network.presets.two_tower import author_numbers, book_features
from weakrec_core.rating.logistic import Linear
from weakrec_core.rating.model import RatingModel

OUTPUTS = ("like", "read_and_like", "score")


@pytest.fixture(scope="module", params=PRESETS)
def built(request: pytest.FixtureRequest, few_readers: Dataset) -> NetworkRecommender:
    gold = gold_rows(few_readers, "dev")
    config = train_config(request.param, embed_dim=6, hidden_layer_sizes=(5, 4))
    return NetworkRecommender(PRESETS[request.param].build(few_readers, np.arange(3), gold, gold, config).model)


@pytest.fixture(scope="module")
def tutorial(few_readers: Dataset) -> NetworkRecommender:
    gold = gold_rows(few_readers, "dev")
    config = train_config("tutorial", embed_dim=6, hidden_layer_sizes=(5, 4))
    return randomly(NetworkRecommender(PRESETS["tutorial"].build(few_readers, np.arange(3), gold, gold, config).model))


def randomly(network: NetworkRecommender) -> NetworkRecommender:
    rng = np.random.default_rng(0)
    for weight in network.keras_model.trainable_weights:
        weight.assign(rng.normal(0, 0.7, weight.shape))
    return network


@pytest.fixture(scope="module")
def rating(built: NetworkRecommender, few_readers: Dataset) -> RatingModel | None:
    """A rating model with random weights, where the network needs one."""
    network = randomly(built)
    if "taste" not in network.keras_model.output:
        return None
    n = 50
    rng = np.random.default_rng(1)
    pairs = rng.integers(0, 6, n).astype(np.int32), rng.integers(0, 10, n).astype(np.int32)
    rows = TrainingRows(*pairs, rng.integers(0, 2, n).astype(np.float32))
    rating = PRESETS["recommended"].rating(few_readers, network, NO_ROWS, rows, train_config("recommended"))
    assert rating is not None
    return replace(rating, linear=Linear(rng.normal(0, 0.1, len(rating.linear.coef)), 0.1))


@pytest.fixture
def network(built: NetworkRecommender, rating: RatingModel | None) -> NetworkRecommender:
    """A network with random weights everywhere, so that nothing is hidden by an initial zero."""
    return replace(randomly(built), rating=rating)


def outputs(network: NetworkRecommender, *pairs: tuple[list[int], int]) -> dict[str, NDArray[np.float64]]:
    """The outputs for (history, book) pairs, all in one batch."""
    users = np.repeat(np.arange(len(pairs)), [len(history) for history, _ in pairs])
    books = np.array([b for history, _ in pairs for b in history], np.int64)
    histories = Histories.from_pairs(users, books, len(pairs))
    rows = np.arange(len(pairs)), np.array([book for _, book in pairs])
    return {name: getattr(network, name)(histories, *rows) for name in OUTPUTS}


def test_t1_the_hidden_layers_connect_history_and_book(network: NetworkRecommender) -> None:
    """A logistic regression of the concatenation has no interaction: its logits add up over user and book."""
    p = outputs(network, ([0, 1], 5), ([0, 1], 6), ([2, 3], 5), ([2, 3], 6))["like"]
    logit = np.log(p / (1 - p))
    assert abs(logit[0] - logit[1] - logit[2] + logit[3]) > 1e-3


def test_t1_every_hidden_unit_has_a_part_in_the_output(tutorial: NetworkRecommender) -> None:
    import keras

    network = tutorial
    before = outputs(network, *[([u, (u + 3) % 10], b) for u in range(10) for b in range(10)])["like"]
    hidden = [layer for layer in network.keras_model.layers if isinstance(layer, keras.layers.Dense)]
    sizes = sorted(layer.units for layer in hidden)
    assert sizes[-2:] == [4, 5]
    for layer in hidden:
        if layer.units > 1:
            kernel = layer.kernel.numpy()
            layer.kernel.assign(np.zeros_like(kernel))
            changed = outputs(network, *[([u, (u + 3) % 10], b) for u in range(10) for b in range(10)])["like"]
            layer.kernel.assign(kernel)
            assert np.abs(changed - before).max() > 1e-3


def test_t2_every_book_has_a_row_of_its_own(network: NetworkRecommender) -> None:
    assert network.n_books == 10
    table = network.keras_model.get_layer("book").embeddings
    assert table.shape[0] == 11
    pairs: list[tuple[list[int], int]] = [([3], book) for book in range(10)] + [([book], 3) for book in range(10)]
    before = outputs(network, *pairs)["like"]
    table.assign(table.numpy() + np.eye(11)[:, 10:] * 3)  # the last row: book 9
    moved = np.abs(outputs(network, *pairs)["like"] - before) > 1e-7
    assert moved[9]
    assert not moved[:9].any()
    assert not moved[10:19].any()


@pytest.mark.parametrize("book", [-1, 10, 11])
def test_t2_an_unknown_book_is_an_error_not_another_book(network: NetworkRecommender, book: int) -> None:
    with pytest.raises(RunError, match=f"book_idx {book} is not known: there are 10 books"):
        outputs(network, ([0], 1), ([1], book))


def test_t2_histories_of_a_larger_catalogue(network: NetworkRecommender) -> None:
    with pytest.raises(RunError, match="trained on 10 books; these histories name others"):
        outputs(network, ([0, 10], 1))


def test_unknown_user(network: NetworkRecommender) -> None:
    histories = Histories(np.array([0, 1]), np.array([0], np.int32))
    with pytest.raises(RunError, match="user_idx 1 is not known"):
        network.score(histories, np.array([0, 1]), np.array([0, 0]))


def test_t3_padding_is_not_a_book(network: NetworkRecommender) -> None:
    pairs: list[tuple[list[int], int]] = [([0, 1], 5), ([], 2), ([4], 0)]
    before = outputs(network, *pairs)
    for name in ("book", "history"):
        if any(layer.name == name for layer in network.keras_model.layers):
            table = network.keras_model.get_layer(name).embeddings
            table.assign(table.numpy() + np.eye(11)[:, :1] * 5)  # row 0: padding
    after = outputs(network, *pairs)
    assert all((before[name] == after[name]).all() for name in OUTPUTS)


def test_t3_a_prediction_does_not_depend_on_its_batch_mates(network: NetworkRecommender) -> None:
    alone = outputs(network, ([0, 1], 5))
    crowd = outputs(network, ([2, 3, 4, 5, 6, 7, 8, 9], 1), ([0, 1], 5), ([], 7))
    for name in OUTPUTS:
        assert crowd[name][1] == pytest.approx(alone[name][0], abs=1e-6)


def test_t4_an_empty_history_is_a_zero_vector(network: NetworkRecommender) -> None:
    found = outputs(network, ([], 5), ([5], 5), ([0], 5))
    for name in OUTPUTS:
        assert np.isfinite(found[name]).all()
        assert found[name][0] == found[name][1]  # only the book itself: nothing is left of the history
        assert found[name][0] != found[name][2]


def test_the_book_itself_is_taken_out_of_the_history(network: NetworkRecommender) -> None:
    found = outputs(network, ([0, 1, 5], 5), ([0, 1], 5), ([0, 1, 6], 5))
    for name in OUTPUTS:
        assert found[name][0] == pytest.approx(found[name][1], abs=1e-6)
        assert found[name][0] != pytest.approx(found[name][2], abs=1e-6)


def test_the_order_of_rows_does_not_matter(network: NetworkRecommender, few_readers: Dataset) -> None:
    users, books = np.array([5, 0, 3, 0, 5]), np.array([1, 2, 3, 4, 0])
    p = network.like(few_readers.histories, users, books)
    order = np.array([3, 1, 4, 0, 2])
    assert network.like(few_readers.histories, users[order], books[order]) == pytest.approx(p[order], abs=1e-6)
    assert p.dtype == np.float64
    assert len(network.like(few_readers.histories, users[:0], books[:0])) == 0


def test_reading_and_liking_is_not_likelier_than_liking(network: NetworkRecommender, few_readers: Dataset) -> None:
    users, books = np.repeat(np.arange(6), 10), np.tile(np.arange(10), 6)
    like = network.like(few_readers.histories, users, books)
    both = network.read_and_like(few_readers.histories, users, books)
    assert ((both > 0) & (both < like) & (like < 1)).all()


def test_scores_of_the_catalogue(network: NetworkRecommender, few_readers: Dataset) -> None:
    scores = network.score_users(few_readers.histories, np.array([4]))[0]
    unread = [1, 4, 5, 6, 7, 8, 9]
    one_by_one = [outputs(network, ([0, 2, 3], book))["score"][0] for book in unread]
    assert scores[unread] == pytest.approx(one_by_one, abs=1e-5)


def test_a_saved_network_predicts_the_same(network: NetworkRecommender, few_readers: Dataset, tmp_path: Path) -> None:
    path = tmp_path / "model.keras.tmp"
    network.save(path)
    assert [p.name for p in tmp_path.iterdir()] == ["model.keras.tmp"]  # no temporary file is left
    path.rename(tmp_path / "model.keras")
    users, books = np.repeat(np.arange(6), 10), np.tile(np.arange(10), 6)
    loaded = replace(load(tmp_path / "model.keras"), rating=network.rating)
    before, after = (replace(one, compiled=True).like(few_readers.histories, users, books) for one in (network, loaded))
    assert (before == after).all()


def test_compiled_or_not_it_predicts_the_same(network: NetworkRecommender, few_readers: Dataset) -> None:
    """Also for a reader without a history, and for no pair at all; compiled by itself once it is used often."""
    histories = Histories.from_pairs(np.array([0, 0, 2]), np.array([1, 3, 3]), 3)
    compiled = replace(network, compiled=True)
    for users, books in (([0, 1, 2, 2], [3, 0, 3, 9]), ([1], [2]), ([], [])):
        pairs = np.array(users, np.int64), np.array(books, np.int64)
        found = network.like(histories, *pairs)
        assert found.shape == (len(users),)
        assert found == pytest.approx(compiled.like(histories, *pairs), abs=1e-6)
        scores = network.score_users(histories, pairs[0])
        assert scores == pytest.approx(compiled.score_users(histories, pairs[0]), abs=1e-5)
    often = [network.score(histories, np.array([0]), np.array([4]))[0] for _ in range(12)]
    assert often == pytest.approx([often[0]] * 12, abs=1e-6)


def test_a_saved_network_is_made_of_stock_layers(network: NetworkRecommender) -> None:
    modules = {type(layer).__module__.split(".")[0] for layer in network.keras_model.layers}
    assert modules == {"keras"}


def test_no_model_to_load(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"model\.keras is not a network that can be loaded"):
        load(tmp_path / "model.keras")
    (tmp_path / "model.keras").write_text("nothing")
    with pytest.raises(RunError, match="is not a network"):
        load(tmp_path / "model.keras")


def test_features_are_standardised_and_zero_where_not_known(make_ratings: MakeRatings) -> None:
    dataset = make_ratings([(s, {0: 1, 1: 0}, ()) for s in ("train", "dev", "valid", "test")], n_books=3)
    dataset.books["average_rating"] = [3.0, 4.0, np.nan]
    dataset.books["first_author"] = ["b", None, "a"]
    features = book_features(dataset, np.array([0, 1]))
    assert features[:, 0].tolist() == [-1, 1, 0]
    assert features[:, 1].tolist() == [0, 0, 0]  # no ratings_count at all
    assert features[:, 2] == pytest.approx([0.7071, 0.7071, -1.4142], abs=1e-4)
    assert author_numbers(dataset).tolist() == [2, 0, 1]


def test_books_of_one_author_share_what_is_learned(few_readers: Dataset) -> None:
    few_readers = open_dataset(few_readers.workspace, few_readers.name)
    few_readers.books["first_author"] = ["a"] * 3 + [None] * 7
    gold = gold_rows(few_readers, "dev")
    built = PRESETS["recommended"].build(few_readers, np.arange(3), gold, gold, train_config("recommended"))
    network = NetworkRecommender(built.model)
    histories, rows = Histories(np.array([0, 1]), np.array([4], np.int32)), (np.zeros(10, np.int64), np.arange(10))
    before = network.score(histories, *rows)
    table: Any = network.keras_model.get_layer("author").embeddings
    table.assign(table.numpy() + np.eye(2)[:, 1:])
    moved = np.abs(network.score(histories, *rows) - before) > 1e-6
    assert moved.tolist() == [True] * 3 + [False] * 7
