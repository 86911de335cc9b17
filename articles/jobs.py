"""The room's queues. Their jobs land with article generation, suggestions and SEO."""

from queues.declare import Queue

ARTICLE_GENERATION = Queue("article-generation", pool="ai", concurrency=4, attempts=3)
AI_CONTENT = Queue("ai.content", pool="ai", concurrency=4, attempts=5)
AI_SEO = Queue("ai.seo", pool="ai", concurrency=4, attempts=5)
