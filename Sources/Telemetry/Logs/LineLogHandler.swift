import Logging
import MeshBase

/// Writes what swift-log hands over as lines of text or JSON.
package struct LineLogHandler: LogHandler {
    package var metadata: Logger.Metadata = [:]
    package var metadataProvider: Logger.MetadataProvider?
    package var logLevel: Logger.Level
    private let label: String
    private let output: LogOutput
    /// Nanoseconds since 1970, UTC.
    private let now: @Sendable () -> Int64

    package init(
        label: String, output: LogOutput, level: Logger.Level = .info,
        now: @escaping @Sendable () -> Int64 = WallClock.now
    ) {
        self.label = label
        self.output = output
        self.now = now
        logLevel = level
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        // The event's own metadata win over the logger's, and those over the provider's.
        var merged = metadataProvider?.get() ?? [:]
        merged.merge(metadata) { $1 }
        if let own = event.metadata { merged.merge(own) { $1 } }
        if let error = event.error { merged["error"] = "\(error)" }
        let sorted = merged.sorted { $0.key < $1.key }
        switch output.format {
        case .json: output.write(jsonLine(event, sorted))
        case .text: output.write(textLine(event, sorted))
        }
    }

    // MARK: JSON

    private func jsonLine(_ event: LogEvent, _ metadata: [(key: String, value: Logger.MetadataValue)]) -> [UInt8] {
        var json = JSONWriter(.compact)
        json.object { json in
            json.field("time", Timestamp.string(now()))
            json.field("level", event.level.rawValue)
            json.field("label", label)
            json.field("message", event.message.description)
            if !metadata.isEmpty {
                json.object("metadata") { json in
                    for (key, value) in metadata {
                        json.key(key)
                        Self.write(value, &json)
                    }
                }
            }
        }
        return json.bytes
    }

    private static func write(_ value: Logger.MetadataValue, _ json: inout JSONWriter) {
        switch value {
        case .string(let text): json.value(text)
        case .stringConvertible(let value): json.value(value.description)
        case .array(let values): json.array { for value in values { write(value, &$0) } }
        case .dictionary(let values):
            json.object { json in
                for (key, value) in values.sorted(by: { $0.key < $1.key }) {
                    json.key(key)
                    write(value, &json)
                }
            }
        }
    }

    // MARK: Text

    private func textLine(_ event: LogEvent, _ metadata: [(key: String, value: Logger.MetadataValue)]) -> [UInt8] {
        var line =
            "\(Timestamp.string(now())) \(Self.name(event.level)) \(label): \(DisplayText.clean(event.message.description))"
        for (key, value) in metadata { line += " \(key)=\(Self.text(value))" }
        return Array(line.utf8)
    }

    private static func text(_ value: Logger.MetadataValue) -> String {
        let text = "\(value)"
        let isPlain = !text.isEmpty && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x3D }
        if isPlain { return text }
        var quoted: [UInt8] = []
        JSONScalar.append(text, to: &quoted)
        return String(decoding: quoted, as: UTF8.self)
    }

    private static func name(_ level: Logger.Level) -> String {
        switch level {
        case .trace: "TRACE"
        case .debug: "DEBUG"
        case .info: "INFO "
        case .notice: "NOTE "
        case .warning: "WARN "
        case .error: "ERROR"
        case .critical: "CRIT "
        }
    }
}
