/// Something that happened, for programs to read: one object per line (NDJSON).
package struct TelemetryEvent: Sendable, Equatable {
    package enum Value: Sendable, Equatable {
        case string(String)
        case integer(Int64)
        case number(Double)
        case boolean(Bool)
    }
    package struct Attribute: Sendable, Equatable {
        package var name: String
        package var value: Value

        package init(_ name: String, _ value: Value) {
            self.name = name
            self.value = value
        }
    }
    /// Nanoseconds since 1970, UTC.
    package var time: Int64
    /// What it concerns: `member`, `probe`, `fault`, `process`, `breaker`, `placement`, `evacuation`.
    package var type: String
    package var action: String
    /// The thing that it happened to.
    package var id: String
    package var attributes: [Attribute]

    package init(time: Int64, type: String, action: String, id: String, attributes: [Attribute] = []) {
        self.time = time
        self.type = type
        self.action = action
        self.id = id
        self.attributes = attributes
    }

    /// `{"time": ..., "type": ..., "action": ..., "id": ..., "attributes": {...}}` without line breaks.
    package func jsonLine() -> [UInt8] {
        var json = JSONWriter(.compact)
        json.object { json in
            json.field("time", Timestamp.string(time, .nanoseconds))
            json.field("type", type)
            json.field("action", action)
            json.field("id", id)
            json.key("attributes")
            write(attributesInto: &json)
        }
        return json.bytes
    }

    /// The attributes alone, as a JSON object: how the journal keeps them.
    package func attributesJSON() -> String {
        var json = JSONWriter(.compact)
        write(attributesInto: &json)
        return json.string
    }

    private func write(attributesInto json: inout JSONWriter) {
        json.object { json in
            for attribute in attributes {
                switch attribute.value {
                case .string(let value): json.field(attribute.name, value)
                case .integer(let value): json.field(attribute.name, value)
                case .number(let value): json.field(attribute.name, value)
                case .boolean(let value): json.field(attribute.name, value)
                }
            }
        }
    }
}

/// The events of one process, in a file of its own with a bound. Belongs to one thread.
package struct EventLog: ~Copyable {
    private var file: RotatingFile

    package init(path: String, limit: Int = RotatingFile.defaultLimit) { file = RotatingFile(path: path, limit: limit) }

    /// Events that could not be written.
    package var dropped: UInt64 { file.dropped }

    @discardableResult
    package mutating func append(_ event: TelemetryEvent) -> Bool { file.append(event.jsonLine()) }
}
