"""Ends with 0 when a consumer group has exactly so many members with partitions, and these are so many together.

group_members.py BROKERS GROUP MEMBERS PARTITIONS
"""

import sys

from confluent_kafka.admin import AdminClient


def main() -> int:
    brokers, group, members, partitions = sys.argv[1:]
    client = AdminClient({"bootstrap.servers": brokers, "log_level": 0})
    described = client.describe_consumer_groups([group], request_timeout=5)[group].result()
    shares = {
        member.member_id: [str(one) for one in member.assignment.topic_partitions] for member in described.members
    }
    shares = {member: share for member, share in shares.items() if share}
    print(f"{group} is {described.state.name}: {shares}")
    held = [one for share in shares.values() for one in share]
    return 0 if len(shares) == int(members) and len(set(held)) == len(held) == int(partitions) else 1


if __name__ == "__main__":
    sys.exit(main())
