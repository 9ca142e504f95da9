/// `policies ls -o json`: what is in force at each gate, and where each value came from.
package struct PoliciesReport: Encodable, Sendable, Equatable {
    package struct Gate: Encodable, Sendable, Equatable {
        package var name: String
        package var policies: [Policy]

        package init(name: String, policies: [Policy]) {
            self.name = name
            self.policies = policies
        }
    }
    /// A value as files write it, durations in milliseconds.
    package indirect enum Value: Encodable, Sendable, Equatable {
        case flag(Bool)
        case integer(Int64)
        case number(Double)
        case text(String)
        case list([Value])

        package func encode(to encoder: any Encoder) throws {
            var value = encoder.singleValueContainer()
            switch self {
            case .flag(let flag): try value.encode(flag)
            case .integer(let number): try value.encode(number)
            case .number(let number): try value.encode(number)
            case .text(let text): try value.encode(text)
            case .list(let values): try value.encode(values)
            }
        }
    }
    package struct Setting: Sendable, Equatable {
        package var key: String
        package var value: Value

        package init(_ key: String, _ value: Value) {
            self.key = key
            self.value = value
        }
    }
    package struct Policy: Encodable, Sendable, Equatable {
        package var policy: String
        /// In the order in which files have them.
        package var values: [Setting]
        /// `call service blueprint topology profile`.
        package var from: String

        package init(policy: String, values: [Setting], from: String) {
            self.policy = policy
            self.values = values
            self.from = from
        }

        package func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: AnyKey.self)
            try container.encode(policy, forKey: AnyKey("policy"))
            var values = container.nestedContainer(keyedBy: AnyKey.self, forKey: AnyKey("values"))
            for setting in self.values { try values.encode(setting.value, forKey: AnyKey(setting.key)) }
            try container.encode(from, forKey: AnyKey("from"))
        }
    }
    package struct Settings: Encodable, Sendable, Equatable {
        package var version: UInt64
        /// RFC 3339; nil where nothing was ever set.
        @Nullable package var at: String?

        package init(version: UInt64, at: String?) {
            self.version = version
            self.at = at
        }
    }

    package var schema = ReportJSON.schema
    package var profile: String
    package var order: String
    /// Policies that are off, by name.
    package var off: [String]
    package var gates: [Gate]
    package var amplification: AmplificationReport
    package var settings: Settings

    package init(
        profile: String, order: String, off: [String], gates: [Gate], amplification: AmplificationReport,
        settings: Settings
    ) {
        self.profile = profile
        self.order = order
        self.off = off
        self.gates = gates
        self.amplification = amplification
        self.settings = settings
    }
}

/// How many attempts each call makes, layer by layer; nil where nobody tells.
package struct AmplificationReport: Codable, Sendable, Equatable {
    @Nullable package var router: Double?
    @Nullable package var edge: Double?
    @Nullable package var store: Double?
    @Nullable package var product: Double?

    package init(router: Double?, edge: Double?, store: Double?, product: Double?) {
        self.router = router
        self.edge = edge
        self.store = store
        self.product = product
    }
}

/// A key of whatever name.
struct AnyKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(_ name: String) { stringValue = name }
    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}
