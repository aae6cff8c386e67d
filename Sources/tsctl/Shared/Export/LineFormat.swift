import ArgumentParser

/// A format of lines for log shippers and databases.
enum LineFormat: String, CaseIterable, ExpressibleByArgument {
    /// The keys of the protocol, as with `--json`, with the id of the event and the host.
    case ndjson
    /// OpenTelemetry log records in OTLP/JSON.
    case otel
    /// Elastic Common Schema.
    case ecs

    static let explanation = """
        --format prints JSON lines for log shippers and databases: ndjson, the keys of --json with "event_id" and \
        "host"; otel, OpenTelemetry log records in OTLP/JSON, with the id as log.record.uid; or ecs, Elastic Common \
        Schema, with the id as event.id. The id is the instance of the daemon and the index of the record. It is the \
        same whenever the record is sent again, so that a database can drop what it has. Losses and gaps are events of \
        their own. otel and ecs include the origin where taskstatsd knows it.
        """

    /// Whether an exit is encoded anew, from its record.
    var decodesRecords: Bool { self != .ndjson }
}
