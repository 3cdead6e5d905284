"""Measures twilio-python: `twilio_python.py MODE BASE SCENARIO IN_FLIGHT CALLS ROUNDS` prints one line of JSON.

The mode is `threads`, for the ordinary client, or `async`, for the one that is made for asyncio.
"""

import asyncio
import json
import resource
import sys
import time
import warnings
from concurrent.futures import ThreadPoolExecutor

from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

MODE, BASE, SCENARIO = sys.argv[1:4]
IN_FLIGHT, CALLS, ROUNDS = (int(text) for text in sys.argv[4:7])
warnings.simplefilter("ignore")  # telling what is deprecated is no part of a call
ACCOUNT = "AC00000000000000000000000000000001"
KEY = "SK00000000000000000000000000000001"


class Here(TwilioHttpClient):
    def request(self, method, url, *args, **kwargs):
        return super().request(method, url.replace("https://api.twilio.com", BASE), *args, **kwargs)


class HereAsync(AsyncTwilioHttpClient):
    async def request(self, method, url, *args, **kwargs):
        return await super().request(method, url.replace("https://api.twilio.com", BASE), *args, **kwargs)


def call(client):
    if SCENARIO == "create":
        message = {"to": "+15558675310", "from_": "+15017122661", "body": "Your code is 123456"}
        assert client.messages.create(**message).sid
    elif SCENARIO == "fetch":
        assert client.messages("SM00000000000000000000000000000001").fetch().sid
    else:
        assert len(list(client.messages.page(page_size=1000))) == 1000


async def call_async(client):
    if SCENARIO == "create":
        message = {"to": "+15558675310", "from_": "+15017122661", "body": "Your code is 123456"}
        assert (await client.messages.create_async(**message)).sid
    elif SCENARIO == "fetch":
        assert (await client.messages("SM00000000000000000000000000000001").fetch_async()).sid
    else:
        assert len(list(await client.messages.page_async(page_size=1000))) == 1000


def cpu():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def part(latencies, percent):
    return sorted(latencies)[(len(latencies) - 1) * percent // 100]


def report(used, latencies):
    print(json.dumps({"cpu": used, "p50": part(latencies, 50), "p99": part(latencies, 99)}))


def in_threads():
    client = Client(KEY, "secret", ACCOUNT, http_client=Here(timeout=600))
    used, latencies = [], []

    def work(_):
        start = time.perf_counter()
        call(client)
        latencies.append(time.perf_counter() - start)

    with ThreadPoolExecutor(IN_FLIGHT) as pool:
        for round_number in range(ROUNDS + 1):
            before = cpu()
            list(pool.map(work, range(CALLS)))
            used.append((cpu() - before) / CALLS)
            if round_number == 0:  # the first round only warms up
                used.clear()
                latencies.clear()
    report(used, latencies)


async def in_tasks():
    async with HereAsync(timeout=600) as http:
        client = Client(KEY, "secret", ACCOUNT, http_client=http)
        used, latencies = [], []
        for round_number in range(ROUNDS + 1):
            before, left = cpu(), iter(range(CALLS))

            async def work():
                for _ in left:
                    start = time.perf_counter()
                    await call_async(client)
                    latencies.append(time.perf_counter() - start)

            await asyncio.gather(*(work() for _ in range(IN_FLIGHT)))
            used.append((cpu() - before) / CALLS)
            if round_number == 0:
                used.clear()
                latencies.clear()
        report(used, latencies)


if MODE == "threads":
    in_threads()
else:
    asyncio.run(in_tasks())
