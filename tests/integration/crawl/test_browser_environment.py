import psutil

SECRETS = {
    "REDIS_URL": "redis://:secret@redis/0",
    "AWS_SECRET_ACCESS_KEY": "s3-secret",
    "LINEAR_API_KEY": "key",
    "OTEL_EXPORTER_OTLP_ENDPOINT": "http://otel-collector:4318",
    "OTEL_EXPORTER_OTLP_HEADERS": "authorization=secret",
}


async def test_no_process_of_the_browser_knows_the_workers_secrets(a_crawl, monkeypatch):
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    environments: list[dict[str, str]] = []

    def look(_: str) -> None:
        children = psutil.Process().children(recursive=True)
        browsers = [one for one in children if any(word.startswith("--bughive-browser=") for word in one.cmdline())]
        environments.extend(browser.environ() for browser in browsers)

    await a_crawl("/", max_pages=1).run(look)

    assert environments
    for environment in environments:
        assert environment.keys() & SECRETS.keys() == set()
        assert "PATH" in environment
