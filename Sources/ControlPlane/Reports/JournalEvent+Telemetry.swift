import Reports
import Store
import Telemetry

extension JournalEvent {
    init(_ event: TelemetryEvent) {
        self.init(
            time: event.time, type: event.type, action: event.action, subject: event.id,
            attributes: event.attributesJSON())
    }
}

extension TelemetryEvent {
    init(_ event: JournalEvent) {
        let attributes = ReportJSON.decode([String: Value].self, Array(event.attributes.utf8)) ?? [:]
        self.init(
            time: event.time, type: event.type, action: event.action, id: event.subject,
            attributes: attributes.sorted { $0.key < $1.key }.map { Attribute($0.key, $0.value) })
    }
}

extension TelemetryEvent.Value: Decodable {
    package init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if let flag = try? value.decode(Bool.self) {
            self = .boolean(flag)
        } else if let whole = try? value.decode(Int64.self) {
            self = .integer(whole)
        } else if let number = try? value.decode(Double.self) {
            self = .number(number)
        } else {
            self = .string(try value.decode(String.self))
        }
    }
}
