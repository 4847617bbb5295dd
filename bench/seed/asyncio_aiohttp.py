"""asyncio with aiohttp and a fresh connection for each URL. Arguments: a file of URLs, how many at a time."""

import asyncio
import sys
from ssl import create_default_context

from aiohttp import ClientError, ClientSession, ClientTimeout, TCPConnector


async def check(session: ClientSession, url: str) -> str:
    try:
        async with session.get(url) as answer:
            await answer.read()
            return "OK" if 200 <= answer.status < 300 else "Bad"
    except (OSError, ClientError, asyncio.TimeoutError):
        return "Bad"


async def main(path: str, concurrency: int) -> None:
    connector = TCPConnector(limit=concurrency, force_close=True, ssl=create_default_context())
    async with ClientSession(connector=connector, timeout=ClientTimeout(total=10)) as session:
        with open(path) as file:
            urls = iter([line.strip() for line in file])

        async def lane() -> None:
            for url in urls:
                print(url, await check(session, url))

        await asyncio.gather(*(lane() for _ in range(concurrency)))


asyncio.run(main(sys.argv[1], int(sys.argv[2])))
