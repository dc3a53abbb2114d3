"""The ways to make vectors of texts. Adding one is one new file here and one line in `VECTORIZERS`."""

from weakrec_core.text_vectors.base import Vectorizer
from weakrec_core.text_vectors.tfidf import TfidfVectorizer
from weakrec_core.text_vectors.word_llama import WordLlamaVectorizer

VECTORIZERS: dict[str, type[Vectorizer]] = {"tfidf": TfidfVectorizer, "wordllama": WordLlamaVectorizer}


def installed_vectors() -> list[str]:
    """The names of those that can be used here."""
    return [name for name, kind in VECTORIZERS.items() if kind.is_installed()]
