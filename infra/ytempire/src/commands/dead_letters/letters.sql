SELECT * FROM dead_letters ORDER BY _ingested_at DESC, _topic, _partition, _offset
