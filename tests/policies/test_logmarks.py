"""Our own lines in a log are written and read back alike."""

from hypothesis import given
from hypothesis import strategies as st

from policies.failure import StopReason
from policies.logmarks import OURS, Foot, foot_line, ours, read_foot

FEET = st.builds(
    Foot,
    exit_code=st.none() | st.integers(-64, 255),
    stopped_because=st.none() | st.sampled_from(StopReason),
    error=st.text(max_size=80).map(lambda text: " ".join(text.split())),
)


@given(FEET, st.floats(0, 1e6))
def test_a_foot_is_read_as_it_was_written(foot: Foot, duration_s: float) -> None:
    line = foot_line(foot, duration_s)
    assert line.startswith(OURS) and "\n" not in line
    assert read_foot(line + "\n") == foot


@given(st.text(max_size=200))
def test_a_note_is_one_line_and_no_foot(text: str) -> None:
    line = ours("cut " + text)
    assert "\n" not in line
    assert read_foot(line) is None
