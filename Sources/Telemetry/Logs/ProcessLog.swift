import Logging

/// What a process tells people of itself: a line for each thing that matters.
package struct ProcessLog: Sendable {
    private let logger: Logger

    package init(_ name: String, _ output: LogOutput) {
        logger = Logger(label: name) { LineLogHandler(label: $0, output: output) }
    }

    /// `link down us-east-2 detail=...`; louder where something is wrong.
    package func tell(_ event: TelemetryEvent) {
        var metadata: Logger.Metadata = [:]
        for attribute in event.attributes where attribute.name != "observer" {
            metadata[attribute.name] = .string(attribute.value.description)
        }
        let isBad = event.attributes.contains(.init("expected", .boolean(false)))
        logger.log(
            level: isBad || Self.troubles.contains(event.action) ? .warning : .info,
            "\(event.type) \(event.action) \(event.id)", metadata: metadata)
    }

    /// Actions of events that somebody should look at.
    private static let troubles: Set = [
        "suspect", "dead", "down", "lost", "poisoned", "orphaned", "refused", "failed", "start-failed", "join-unknown",
        "keys-refused", "incarnation-not-stored", "faults-unreadable", "refill-stalled", "kill", "pause",
    ]
}

extension TelemetryEvent.Value: CustomStringConvertible {
    package var description: String {
        switch self {
        case .string(let text): text
        case .integer(let number): "\(number)"
        case .number(let number): "\(number)"
        case .boolean(let flag): "\(flag)"
        }
    }
}
