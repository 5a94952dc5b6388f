"""The ruler of what is generated: filled minutes, daily metrics from holes, forecasts; on people nothing has seen."""
