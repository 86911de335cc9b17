"""The room's queue. Its job lands with the plugin jail."""

from queues.declare import Queue

PLUGIN_EXECUTE = Queue("plugin.execute", pool="plugins", concurrency=2, attempts=5)
