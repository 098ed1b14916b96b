"""Drives the emulator with clients that others wrote: google-api-python-client, python-youtube, analytix, praw, stripe.

    emulator_clients.py URL

Prints a line per client and operation and ends with 1 if any answer was not as expected. All traffic is loopback.
"""

import sys

import emulator_checks
from emulator_checks import EARNING, connect
from emulator_google import google_adsense, google_analytics, google_data, google_reporting, oauth
from emulator_others import others, payments, receiver, reddit
from emulator_youtube import analytix_reports, python_youtube


def main():
    owner, tokens = connect(EARNING)
    google_data(owner)
    google_analytics(owner)
    google_reporting(owner)
    google_adsense(owner)
    analytix_reports(tokens)
    oauth(owner, tokens)
    python_youtube()
    reddit()
    hook = receiver()
    payments(hook)
    others(hook)
    print(f"{emulator_checks.FAILED} failed")
    sys.exit(emulator_checks.FAILED > 0)


main()
