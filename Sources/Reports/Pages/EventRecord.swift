/// One event, as logs of events have it: a line of `events.ndjson`, and of `events -o json`.
package struct EventRecord: Codable, Sendable, Equatable {
    /// What is told beside the event: a text, a number or a flag.
    package enum Value: Codable, Sendable, Hashable {
        case flag(Bool)
        case integer(Int64)
        case number(Double)
        case text(String)
        /// Anything else, of which nothing is shown.
        case null

        package init(from decoder: any Decoder) throws {
            let value = try decoder.singleValueContainer()
            if let text = try? value.decode(String.self) {
                self = .text(text)
            } else if let whole = try? value.decode(Int64.self) {
                self = .integer(whole)
            } else if let flag = try? value.decode(Bool.self) {
                self = .flag(flag)
            } else {
                self = (try? value.decode(Double.self)).map { .number($0) } ?? .null
            }
        }

        package func encode(to encoder: any Encoder) throws {
            var value = encoder.singleValueContainer()
            switch self {
            case .flag(let flag): try value.encode(flag)
            case .integer(let number): try value.encode(number)
            case .number(let number): try value.encode(number)
            case .text(let text): try value.encode(text)
            case .null: try value.encodeNil()
            }
        }

        /// Whole ones too.
        package var number: Double? {
            switch self {
            case .integer(let whole): Double(whole)
            case .number(let number): number
            case .flag, .text, .null: nil
            }
        }
        package var text: String? { if case .text(let text) = self { text } else { nil } }
    }

    /// RFC 3339.
    package var time: String
    package var type: String
    package var action: String
    package var id: String
    package var attributes: [String: Value]

    package init(time: String, type: String, action: String, id: String, attributes: [String: Value] = [:]) {
        self.time = time
        self.type = type
        self.action = action
        self.id = id
        self.attributes = attributes
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        time = try container.decode(String.self, forKey: .time)
        type = try container.decode(String.self, forKey: .type)
        action = try container.decode(String.self, forKey: .action)
        id = try container.decode(String.self, forKey: .id)
        attributes = try container.decodeIfPresent([String: Value].self, forKey: .attributes) ?? [:]
    }
    private enum CodingKeys: String, CodingKey { case time, type, action, id, attributes }
}
