"""The baselines, in the order of the tables."""

from weakrec_core.baselines.averages import AveragesBaseline
from weakrec_core.baselines.base import Baseline
from weakrec_core.baselines.constant import ConstantBaseline
from weakrec_core.baselines.dev_only import DevOnlyBaseline
from weakrec_core.baselines.ease import EaseBaseline
from weakrec_core.baselines.gold import GoldBaseline
from weakrec_core.baselines.implicit_peers import AlsBaseline, BprBaseline, installed
from weakrec_core.baselines.item_knn import ItemKnnBaseline
from weakrec_core.baselines.popularity import PopularityBaseline

BASELINES: dict[str, Baseline] = {
    baseline.name: baseline
    for baseline in (
        ConstantBaseline(),
        PopularityBaseline(),
        AveragesBaseline(),
        ItemKnnBaseline(),
        EaseBaseline(),
        *((AlsBaseline(), BprBaseline()) if installed() else ()),
        DevOnlyBaseline(),
        GoldBaseline(),
    )
}
