"""The post's four processes as a separate script: each computes some numbers and prints its result."""

import multiprocessing
import sys


def crunch(number):
    total = sum(n * n for n in range(200_000 + number))
    print(number, total, flush=True)


def main():
    context = multiprocessing.get_context(sys.argv[1])
    processes = [context.Process(target=crunch, args=(number,)) for number in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()


