import redis


def test_the_runs_redis_never_evicts_and_keeps_no_snapshots(redis_client):
    settings = redis_client.config_get("*")

    assert settings["maxmemory-policy"] == "noeviction"
    assert settings["save"] == ""
    assert settings["bind"] == "127.0.0.1"


def test_a_private_redis_that_was_killed_keeps_its_data_and_its_port(private_redis):
    with redis.Redis.from_url(private_redis.url) as client:
        client.set("kept", "yes")

    private_redis.kill()
    private_redis.start()

    with redis.Redis.from_url(private_redis.url) as client:
        assert client.get("kept") == b"yes"
