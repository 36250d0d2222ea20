import pytest
from fixtures.leak_matrix import PAGE, TABLE, LeakMatrix


@pytest.fixture(scope="session")
def leak_matrix():
    """Written out when all tests are over."""
    matrix = LeakMatrix()
    yield matrix
    TABLE.parent.mkdir(exist_ok=True)
    TABLE.write_text(matrix.table())


@pytest.fixture
def security_page():
    return PAGE.read_text()
