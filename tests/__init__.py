"""The tests. Read top to bottom they are the manual."""

import pytest

# Before anything imports it, from whichever folder the tests are started.
pytest.register_assert_rewrite("tests.world")
