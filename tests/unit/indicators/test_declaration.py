"""What is declared of an indicator."""

from instructmining.indicators.declaration import Indicator

NEIGHBOUR = Indicator("knn_i", meaning="distance to a neighbour")


def test_a_property_of_a_set_goes_by_every_number() -> None:
    assert (NEIGHBOUR.of_set, NEIGHBOUR.numbered(6)) == (True, "knn_6")
    assert [name for name in ("knn_i", "knn_6", "knn_12", "knn", "knn_6_i", "ppl") if NEIGHBOUR.covers(name)] == [
        "knn_i",
        "knn_6",
        "knn_12",
    ]


def test_any_other_indicator_goes_by_its_name_alone() -> None:
    found = Indicator("log_ppl", meaning="how unexpected")
    assert not found.of_set and found.covers("log_ppl") and not found.covers("log_6")
