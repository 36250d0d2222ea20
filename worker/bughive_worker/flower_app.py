"""Celery's dashboard over our broker: ``celery --app bughive_worker.flower_app flower``.

Flower finds queues and workers by the settings of an app, and ours are code: keys have the installation's prefix.
"""

from bughive_protocol.broker import make_app
from bughive_protocol.settings import RedisSettings, load

app = make_app(load(RedisSettings))
