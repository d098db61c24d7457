locals {
  charts = concat(
    [
      {
        title     = "Lines, by what became of them"
        statistic = "Sum"
        metrics   = [for name in ["Indexed", "Duplicate", "Filtered", "Quarantined", "Unstored", "Skipped"] : ["Albatross", name, "Deployment", var.name]]
      },
      {
        title     = "Objects"
        statistic = "Sum"
        metrics   = [for name in ["ObjectsSettled", "ObjectsQuarantined", "ObjectsEnqueued", "ObjectsLeft", "ObjectsFailed", "ObjectsParked", "ObjectsLate"] : ["Albatross", name, "Deployment", var.name]]
      },
      {
        title     = "Age of the oldest object that waits, and of the oldest failure, in seconds"
        statistic = "Maximum"
        metrics   = [for name in ["OldestWaitingAge", "OldestFailedAge"] : ["Albatross", name, "Deployment", var.name]]
      },
      {
        title     = "Sweeps, and what kept them from being whole"
        statistic = "Sum"
        metrics   = [for name in ["Sweeps", "ListingComplete", "TicksSkipped", "JobsStopped", "StateNotWritten", "UnknownNames"] : ["Albatross", name, "Deployment", var.name]]
      },
      {
        title     = "Bytes"
        statistic = "Sum"
        metrics   = [for name in ["ReceivedBytes", "InflatedBytes"] : ["Albatross", name, "Deployment", var.name]]
      },
      {
        title     = "The engine's latency, in milliseconds"
        statistic = "Maximum"
        metrics   = [for name in ["EngineLatency", "EngineLatencyMax"] : ["Albatross", name, "Deployment", var.name]]
      },
      {
        title     = "Requests to the engine, and stopped runs"
        statistic = "Sum"
        metrics   = [for name in ["EngineRequests", "EngineRetries", "Stopped"] : ["Albatross", name, "Deployment", var.name]]
      },
      {
        title     = "Invocations"
        statistic = "Sum"
        metrics   = [for name in ["Invocations", "Errors", "Throttles"] : ["AWS/Lambda", name, "FunctionName", var.name]]
      },
      {
        title     = "Duration in milliseconds, and concurrency"
        statistic = "Maximum"
        metrics   = [for name in ["Duration", "ConcurrentExecutions"] : ["AWS/Lambda", name, "FunctionName", var.name]]
      },
    ],
    local.has_queue ? [{
      title     = "Messages that wait"
      statistic = "Maximum"
      metrics = [
        for queue in concat(aws_sqs_queue.events[*].name, aws_sqs_queue.fanout[*].name, aws_sqs_queue.backfill[*].name, aws_sqs_queue.dead_letters[*].name) :
        ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", queue]
      ]
    }] : [],
    var.domain == null ? [] : [{
      title     = "The domain: busiest CPU and memory, in percent"
      statistic = "Maximum"
      metrics   = [for name in ["CPUUtilization", "JVMMemoryPressure"] : ["AWS/ES", name, "DomainName", var.name, "ClientId", local.account]]
    }],
  )
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = var.name

  dashboard_body = jsonencode({
    widgets = concat(
      [{
        type       = "alarm"
        x          = 0
        y          = 0
        width      = 24
        height     = 3
        properties = { title = "Alarms", alarms = [for alarm in aws_cloudwatch_metric_alarm.this : alarm.arn] }
      }],
      [
        for number, chart in local.charts : {
          type   = "metric"
          x      = number % 2 * 12
          y      = 3 + floor(number / 2) * 6
          width  = 12
          height = 6
          properties = {
            title   = chart.title
            region  = local.region
            stat    = chart.statistic
            period  = 300
            view    = "timeSeries"
            metrics = chart.metrics
          }
        }
      ],
      [{
        type   = "log"
        x      = 0
        y      = 3 + ceil(length(local.charts) / 2) * 6
        width  = 24
        height = 6
        properties = {
          title  = "What a person has to act on"
          region = local.region
          view   = "table"
          query  = "SOURCE '${aws_cloudwatch_log_group.ingest.name}' | filter alarm = 1 | sort @timestamp desc | limit 50 | display @timestamp, @message"
        }
      }],
    )
  })
}
