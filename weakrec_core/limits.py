"""How much is taken of what others supply: far beyond honest use, and little enough for one machine to answer at once."""

from typing import NamedTuple

# An LF set in YAML
LF_SET_CHARACTERS = 1_000_000
YAML_DEPTH = 40
YAML_VALUES = 50_000  # aliases and merge keys written out
LFS = 150
KEYWORDS = 20_000  # of one LF
REGEX_CHARACTERS = 2_000  # of one regular expression
ALL_REGEXES_CHARACTERS = 100_000  # of those of one keyword list
LF_TAGS, TAG_CHARACTERS = 20, 40
LF_COMMENT_CHARACTERS = 4_000
LF_OWNER_CHARACTERS = 200


class Unpacked(NamedTuple):
    """What a packed file (gzip, zip, Parquet) may hold.

    Attributes
    ----------
    most : int
        Bytes.
    freely : int
        Bytes that may be packed as tightly as they can be.
    ratio : int
        Of more, it holds at most so many times its size. Text packs to a tenth, repetitive tables to a hundredth.
    """

    most: int
    freely: int
    ratio: int = 250


TABLE = Unpacked(32 << 30, 64 << 20)  # the largest of the Goodreads files has a third of it
KEYED_TABLE = Unpacked(512 << 20, 64 << 20, 100)  # of votes or labels; in memory, short rows take 15 times as much
RUN = Unpacked(4 << 30, 1 << 20)
NETWORK_CONFIG_BYTES = 16 << 20  # of what a saved network says of its layers; honest ones take 60 KB
BACKUP_FILE = Unpacked(64 << 30, 64 << 20)  # each of a workspace

# An ingest
COLUMNS = 10_000
COLUMN_NAME_CHARACTERS = 1_000
LINE_BYTES = 16_000_000  # of a row in a text file
INGEST_MEMORY = 4 << 30  # bytes that the database holds; what is more goes to the disk
LINES_MEMORY = 512 << 20  # the same where it reads lines of JSON, which come in small pieces

# A language model
PROMPT_CHARACTERS = 4_000
TEXT_CHARACTERS = 8_000  # of a text that is sent; what comes after is left out
ANSWER_BYTES = 256_000  # of what a server answers
DRAFT_ROWS = 20  # whose texts are sent together, for LFs to be drafted from
DRAFT_TEXT_CHARACTERS = 1_000  # of each of them
DRAFTED_LFS = 8  # that are read of one answer
DRAFTED_KEYWORDS = 50  # of each of them

# A training
EPOCHS = 10_000
SNORKEL_EPOCHS = 100_000

# What people say of a run
RUN_NAME_CHARACTERS = 80
RUN_NOTES_CHARACTERS = 4_000
SHARE_DAYS = 90  # that a link to a run lasts

# The pages
PAGE_TRAIN_ROWS = 5_000_000  # that are read as a whole, with less than 2 GB; of more a sample
