import MeshBase
import Reports
import Resilience
import Topology

/// How an event reads in a node's log: one per transition.
package struct EventLine: Sendable, Equatable {
    package enum Value: Sendable, Equatable {
        case text(String)
        case number(Double)
        case integer(Int64)
    }
    /// One fact by its name.
    package struct Attribute: Sendable, Equatable {
        package let name: String
        package let value: Value
        package init(_ name: String, _ value: Value) {
            self.name = name
            self.value = value
        }
    }
    /// What it concerns: `member link store`, or a policy.
    package let type: String
    package let action: String
    /// The thing that it happened to: a node, a gate, a scope.
    package let id: String
    package var attributes: [Attribute] = []

    /// One line.
    package init(type: String, action: String, id: String, attributes: [Attribute] = []) {
        self.type = type
        self.action = action
        self.id = id
        self.attributes = attributes
    }

    /// The event as it is told.
    ///
    /// - Parameter time: RFC 3339.
    package func record(at time: String) -> EventRecord {
        var record = EventRecord(time: time, type: type, action: action, id: id)
        for attribute in attributes {
            record.attributes[attribute.name] =
                switch attribute.value {
                case .text(let text): .text(text)
                case .number(let number): .number(number)
                case .integer(let number): .integer(number)
                }
        }
        return record
    }
}

extension NodeEvent {
    /// How it is written down; nil for a doubt of an unsteady member, whose standing says as much.
    ///
    /// - Parameter observer: the node whose event it is.
    package func line(of observer: String, in topology: MeshTopology) -> EventLine? {
        func link(_ action: String, _ cell: CellIndex) -> EventLine {
            EventLine(
                type: "link", action: action, id: topology.cells[cell.position].name,
                attributes: [.init("observer", .text(observer))])
        }
        return switch self {
        case .member(let change): EventLine(change, observer: observer)
        case .standing(let member):
            EventLine(
                type: "member", action: member.standing.name, id: member.name,
                attributes: [
                    .init("observer", .text(observer)), .init("incarnation", .integer(Int64(member.incarnation))),
                ])
        case .linkUp(let cell): link("up", cell)
        case .linkDown(let cell): link("down", cell)
        case .cellDemoted(let cell): link("demoted", cell)
        case .cellReturned(let cell): link("returned", cell)
        case .conduct(let cell, let animal, let isNamed, let why):
            EventLine(
                type: "zoo", action: isNamed ? "named" : "cleared", id: topology.cells[cell.position].name,
                attributes: [.init("animal", .text(animal.rawValue)), .init("by", .text(observer))]
                    + (why.isEmpty ? [] : [.init("why", .text(why))]))
        case .poisoned(let customer):
            EventLine(
                type: "process", action: "poisoned", id: observer, attributes: [.init("customer", .text(customer))])
        case .health(let news): EventLine(news, observer: observer)
        case .store(let event): EventLine(event, observer: observer, topology)
        case .placement(let version):
            EventLine(
                type: "placement", action: "learnt", id: observer,
                attributes: [.init("version", .integer(Int64(clamping: version)))])
        case .program(let service, let event): EventLine("\(observer)/\(service)", event)
        case .shedding(let place, let priority, let hasBegun):
            EventLine(
                type: "shedding", action: hasBegun ? "begun" : "ended", id: "\(observer)/\(place)",
                attributes: [.init("priority", .text("\(priority.name)"))])
        case .gate(let name, let event): EventLine(name, event)
        case .timeoutAdapted(let gate, let change):
            EventLine(
                type: "timeout", action: "adapted", id: gate,
                attributes: [
                    .init("from_ms", .integer(Int64(change.from.milliseconds.rounded()))),
                    .init("to_ms", .integer(Int64(change.to.milliseconds.rounded()))),
                ])
        case .retries(let scope, let isAlert):
            EventLine(type: "retry", action: isAlert ? "alert" : "calm", id: scope)
        case .worth(let scope, let key, let state, let why):
            EventLine(
                type: "breaker", action: "\(state.name)", id: scope,
                attributes: [.init("kind", .text("value")), .init("account", .text(key)), .init("why", .text(why))])
        case .ejection(let scope, let cell, let change): EventLine(scope, cell, change)
        case .flag(let cell, let change):
            EventLine(
                type: "flag", action: "set", id: "\(cell)/\(change.service)/\(change.name)",
                attributes: [
                    .init("value", .text(change.isOn ? "on" : "off")),
                    .init("scope", .text(change.by.map(\.description) ?? "nowhere")),
                ])
        case .objectives(let cell, let isViolated, let verdict):
            EventLine(
                type: "slo", action: isViolated ? "violated" : "met", id: cell,
                attributes: [
                    .init("severity", .number(verdict.severity)), .init("detail", .text(verdict.explanation().detail)),
                ])
        case .ladder(let cell, let service, let mode, let why):
            EventLine(
                type: "ladder", action: mode, id: "\(cell)/\(service)", attributes: [.init("detail", .text(why))])
        case .cascade(let cell, let news): EventLine(cell, news)
        case .degradation(let cell, let change):
            EventLine(
                type: "degradation", action: "\(change.to.name)", id: cell,
                attributes: [.init("from", .text("\(change.from.name)")), .init("by", .text(change.source.name))])
        case .peak(let cell, let name, let event):
            EventLine(type: "peak", action: "\(event)", id: cell, attributes: [.init("name", .text(name))])
        }
    }
}

extension EventLine {
    init(_ cell: String, _ news: CascadeNews) {
        switch news {
        case .fell(let fall):
            self.init(
                type: "cascade", action: "fell", id: "\(cell)/\(fall.service)",
                attributes: [
                    .init("share", .number((fall.share * 1_000).rounded() / 1_000)),
                    .init("calls", .integer(Int64(clamping: fall.calls))),
                    .init("seconds", .integer(Int64(fall.seconds))),
                ]
                    + (fall.callers.isEmpty ? [] : [.init("callers", .text(fall.callers.joined(separator: ", ")))])
                    + (fall.through.map { [.init("through", .text($0))] } ?? []))
        case .rose(let service): self.init(type: "cascade", action: "rose", id: "\(cell)/\(service)")
        case .begun(let services):
            self.init(
                type: "cascade", action: "begun", id: cell,
                attributes: [.init("services", .text(services.joined(separator: ", ")))])
        case .ended: self.init(type: "cascade", action: "ended", id: cell)
        }
    }

    init(_ gate: String, _ event: GateEvent) {
        switch event {
        case .full(let isFull):
            self.init(type: "bulkhead", action: isFull ? "full" : "roomy", id: gate)
        case .leak(let places):
            self.init(
                type: "bulkhead", action: "leak", id: gate, attributes: [.init("places", .integer(Int64(places)))])
        case .inversion(let holds):
            self.init(type: "bulkhead", action: holds ? "inversion" : "inversion-over", id: gate)
        case .resized(let from, let to):
            self.init(
                type: "bulkhead", action: "resized", id: gate,
                attributes: [.init("from", .integer(Int64(from))), .init("to", .integer(Int64(to)))])
        case .finding(let finding, let why):
            self.init(
                type: "dependency", action: "\(finding.name)", id: gate, attributes: [.init("why", .text(why))])
        case .throttle(let priority, let hasBegun):
            self.init(
                type: "throttle", action: hasBegun ? "begun" : "ended", id: gate,
                attributes: [.init("priority", .text("\(priority.name)"))])
        case .breaker(let change): self.init(gate, change)
        }
    }

    private init(_ gate: String, _ change: BreakerTransition) {
        // The same state twice: influence begins or ends, or a breaker of metrics alone would have opened.
        let action: String =
            switch change.cause {
            case .influenced: "influenced"
            case .released: "released"
            case .predicted where change.from == change.to: "predicted"
            default: "\(change.to.name)"
            }
        self.init(
            type: "breaker", action: action, id: gate,
            attributes: [
                .init("from", .text("\(change.from.name)")), .init("why", .text("\(change.cause.name)")),
                .init("failure_rate", .number(change.failureRate)), .init("slow_rate", .number(change.slowRate)),
                .init("volume", .integer(Int64(change.volume))),
                .init("for_ms", .integer(Int64(max(change.until - change.at, .zero).milliseconds.rounded()))),
            ])
    }

    init(_ scope: String, _ cell: String, _ change: OutlierEjection.Change) {
        switch change {
        case .out(_, let why, _):
            self.init(
                type: "ejection", action: "out", id: scope,
                attributes: [.init("cell", .text(cell)), .init("why", .text("\(why.name)"))])
        case .back:
            self.init(type: "ejection", action: "back", id: scope, attributes: [.init("cell", .text(cell))])
        }
    }
}
