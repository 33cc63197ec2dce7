"""The model held against England: targets, forecasts practice by practice, responses to lost money, and stability."""
