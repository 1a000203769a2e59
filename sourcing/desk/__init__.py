"""What a sourcer looks at, decides in and writes on: functions from the Store to frozen records, no web in them."""
