"""What a training went through is read back from what an earlier job wrote."""

import json
from dataclasses import asdict

from instructmining.training.step import Step, Trained

TRAINED = Trained(8, 1, "cpu", [Step(2.0, 30, 0.1), Step(1.5, 28, 0.0)], seconds=9.0, seconds_before=4.0)


def test_all_that_an_earlier_job_wrote_is_read_back() -> None:
    found = Trained.earlier(json.loads(json.dumps(asdict(TRAINED))))
    assert (found.examples, found.truncated, found.device) == (8, 1, "cpu")
    assert found.history == TRAINED.history


def test_all_of_an_earlier_training_was_done_before_this_job() -> None:
    found = Trained.earlier(asdict(TRAINED))
    assert (found.seconds, found.seconds_before) == (9.0, 9.0)
