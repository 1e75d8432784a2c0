"""What goes into a repository names no person and no machine."""

import pytest

from policies.masking import mask


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("/home/jsmith/work/x.py", "~/work/x.py"),
        ("file:///home/jsmith/x", "file://~/x"),
        ("at /home/jsmith", "at ~"),
        ("/home/jsmith2/x /data/home/jsmith/x", "/home/jsmith2/x /data/home/user/x"),
        ("jsmith@box.lan:~$ on box", "user@host:~$ on host"),
        ("jsmithson boxes", "jsmithson boxes"),
        ("/Users/jsmith/x", "/Users/user/x"),
    ],
)
def test_whole_words_are_replaced(text, masked):
    assert mask(text, home="/home/jsmith", user="jsmith", host="box.lan") == masked


def test_names_that_are_the_same_everywhere_and_empty_ones_stay():
    text = "the root of / on localhost, a test"
    assert mask(text, home="/", user="root", host="localhost") == text
    assert mask(text, home="", user="", host="") == text
