"""Scrapy settings for every crawl: the safe values where Scrapy's defaults are not (2.19).

Plain data only: Scrapy copies settings deeply for each crawler. Secrets never stand here; `_polite` reads them from
the environment at the moment they are attached to a request.
"""

BOT_NAME = "sourcing"
USER_AGENT = "sourcing-crawler/0.1 (self-hosted; contact not configured)"
ROBOTSTXT_USER_AGENT = "sourcing-crawler"
SPIDER_LOADER_WARN_ONLY = True

# Wishes and safety of the network.
ROBOTSTXT_OBEY = True
DOWNLOAD_VERIFY_CERTIFICATES = True
DOWNLOAD_MAXSIZE = 8 * 1024 * 1024
DOWNLOAD_WARNSIZE = 0
DOWNLOAD_TIMEOUT = 60
REDIRECT_MAX_TIMES = 5
REFERER_ENABLED = False  # not even where an answer asks for it: a Referrer-Policy header outweighs the setting of one
COOKIES_ENABLED = False
HTTPPROXY_ENABLED = True
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False
DOWNLOAD_HANDLERS = {"data": None, "file": None, "ftp": None, "s3": None}

# The gate decides who goes when; Scrapy's own slots only must not stand in its way.
CONCURRENT_REQUESTS = 64
CONCURRENT_REQUESTS_PER_DOMAIN = 64
CONCURRENT_ITEMS = 1
DOWNLOAD_DELAY = 0
SCHEDULER = "spiders._course.queue.FairQueue"
AUTOTHROTTLE_ENABLED = False
# Spiders never ask twice by accident, and a silent filter would hide it if they did.
DUPEFILTER_CLASS = "scrapy.dupefilters.BaseDupeFilter"

DEFAULT_REQUEST_HEADERS = {"Accept": "application/json", "Accept-Encoding": "gzip, deflate"}
DOWNLOADER_MIDDLEWARES = {
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
    "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,
    "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,  # `_polite` retries, with back-off
    "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": None,
    "scrapy.downloadermiddlewares.redirect.MetaRefreshMiddleware": None,
    "scrapy.downloadermiddlewares.cookies.CookiesMiddleware": None,
    "scrapy.downloadermiddlewares.downloadtimeout.DownloadTimeoutMiddleware": None,
    "scrapy.downloadermiddlewares.defaultheaders.DefaultHeadersMiddleware": None,
    "scrapy.downloadermiddlewares.useragent.UserAgentMiddleware": None,
    "scrapy.downloadermiddlewares.httpcache.HttpCacheMiddleware": None,
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
    "spiders._polite.permission.NeverAskedHosts": 40,
    "spiders._course.frontier.Frontier": 45,
    "spiders._polite.addresses.Addresses": 50,
    "spiders._polite.permission.Robots": 100,
    "spiders._polite.dressed.Dressed": 400,
    "spiders._polite.addresses.Redirects": 600,
    "spiders._polite.middlewares.Credentials": 610,
    "spiders._polite.middlewares.Gate": 620,
    "spiders._polite.middlewares.Unpacked": 630,
}
SPIDER_MIDDLEWARES = {
    "scrapy.spidermiddlewares.start.StartSpiderMiddleware": None,  # its mark is for other schedulers than ours
    "scrapy.spidermiddlewares.httperror.HttpErrorMiddleware": None,  # SourceSpider reads every status itself
    "scrapy.spidermiddlewares.depth.DepthMiddleware": None,
    "scrapy.spidermiddlewares.metacopy.MetaCopyDetectionMiddleware": None,
    "scrapy.spidermiddlewares.urllength.UrlLengthMiddleware": None,  # drops in silence; the address gate refuses
}
ITEM_PIPELINES = {"spiders._pipeline.StorePipeline": 100}
EXTENSIONS = {
    "scrapy.extensions.corestats.CoreStats": None,
    "scrapy.extensions.logcount.LogCount": None,
    "scrapy.extensions.logstats.LogStats": None,
    "scrapy.extensions.memdebug.MemoryDebugger": None,
    "scrapy.extensions.feedexport.FeedExporter": None,
    "scrapy.extensions.spiderstate.SpiderState": None,
    "scrapy.extensions.throttle.AutoThrottle": None,
}

# Scrapy reads and parses the source of every callback for it, again for every answer: a sixth of an answer's cost.
WARN_ON_GENERATOR_RETURN_VALUE = False
LOG_INSTALL_ROOT_HANDLER = False
LOG_LEVEL = "WARNING"
LOG_FORMATTER = "spiders._course.unsaid.Unsaid"
# Our own ledger counts; nobody reads what Scrapy writes down of every request and answer.
DOWNLOADER_STATS = False
STATS_DUMP = False
