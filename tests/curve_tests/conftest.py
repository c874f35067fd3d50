import pytest


@pytest.fixture(scope="session", autouse=True)
def _compiled(kernels):
    """Nearly every test here runs kernels."""
