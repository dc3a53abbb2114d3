"""The command that does what the wizard was told to do, to run in a process of its own or to copy."""

from pathlib import Path

from weakrec_core.data.ingest.table_config import NO_VALUE, Columns, ItemFacts, TableConfig
from weakrec_core.data.noun import ITEM, Noun
from weakrec_core.data.splits import SplitConfig


def table_command(
    name: str,
    path: Path,
    columns: Columns,
    config: TableConfig | None = None,
    splits: SplitConfig | None = None,
    noun: Noun = ITEM,
    facts: ItemFacts | None = None,
) -> list[str]:
    """The arguments after ``python -m weakrec_core`` that do what `ingest_table` does with the same arguments.

    Options at their defaults are left out. How a second file is written is always found, and shares of splits are the default
    ones: there are no options for these.

    Examples
    --------
    >>> table_command("films", Path("r.csv"), Columns(user="who", item="film", rating="stars"), TableConfig(positive="60%"))
    ['ingest', 'table', 'r.csv', '--name', 'films', '--user', 'who', '--item', 'film', '--rating', 'stars', '--positive', '60%']
    """
    config, splits = config or TableConfig(), splits or SplitConfig()
    arguments = ["ingest", "table", str(path), "--name", name]
    options: dict[str, object] = dict(columns.roles())
    if facts is not None:
        options |= {"items": facts.file, "items_id": facts.id}
    if noun != ITEM:
        options["noun"] = f"{noun.one}/{noun.many}"
    default = TableConfig()
    options |= {
        key: value
        for key, value in config
        if key not in ("format", "scale", "not_rated") and value != getattr(default, key)
    }
    if config.scale is not None:
        options["scale"] = f"{config.scale.low:g}..{config.scale.top:g}"
    options |= {key: value for key, value in config.format if key != "header"}
    options |= {"split": splits.by if splits.by != "user" else None}
    options |= {"dev_rows": splits.dev_rows, "seed": splits.seed or None}
    for key, value in options.items():
        if value is not None and value is not False:
            flag = f"--{key.replace('_', '-')}"
            text = f"{value:g}" if isinstance(value, float) else str(value)
            arguments += [flag] if value is True else [flag, text]
    for name, kind in columns.kept().items():
        arguments += [f"--{kind}", name]
    for value in config.not_rated or ([] if config.not_rated is None else [NO_VALUE]):
        arguments += ["--not-rated", value]
    if config.format.header is not None:
        arguments.append("--header" if config.format.header else "--no-header")
    return arguments
