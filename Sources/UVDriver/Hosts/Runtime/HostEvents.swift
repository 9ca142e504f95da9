import Membership
import MeshBase
import Nodes
import Reports
import Telemetry
import Topology

/// The event log of one process: what its node reports, stamped where it happened.
package final class HostEvents {
    private let log: UnsafeMutablePointer<EventLog>
    private let observer: String
    private let loop: EventLoop

    /// The same for people; members that are alive are told of only where they were doubted.
    private let text: ProcessLog
    private var doubted: Set<String> = []
    private var recent = RecentNews()
    private var unsteady: Set<String> = []

    package init(_ settings: HostSettings, loop: EventLoop) {
        log = .allocate(capacity: 1)
        log.initialize(to: EventLog(path: settings.dataDirectory + "/events.ndjson"))
        observer = settings.name
        text = settings.log ?? ProcessLog(observer, .own(.text, path: settings.dataDirectory + "/log"))
        self.loop = loop
    }

    deinit {
        log.deinitialize(count: 1)
        log.deallocate()
    }

    private var last: [String: Instant] = [:]

    /// Something that others can bring about as often as they like: each kind of it once a minute.
    package func logRarely(_ action: String, _ detail: @autoclosure () -> String) {
        if isRare(action) { log(action, detail()) }
    }

    /// Once a minute.
    private func isRare(_ kind: String) -> Bool {
        let now = loop.now()
        if let last = last[kind], now - last < .minutes(1) { return false }
        last[kind] = now
        return true
    }

    /// What it saw in the last seconds; nil for nothing.
    var news: [Vitals.News]? { recent.recent(now: loop.now()) }

    package var dropped: UInt64 { log.pointee.dropped }

    /// Something about this process itself.
    package func log(_ action: String, _ detail: String) {
        append(type: "process", action: action, id: observer, [.init("detail", .string(detail))])
    }

    /// A fault on the wire began or ended for this process.
    package func fault(_ id: String, _ action: String) {
        append(type: "fault", action: action, id: id, [.init("observer", .string(observer))])
    }

    /// Something that a member told all.
    package func log(_ event: UserEvent) {
        append(
            type: "user", action: event.name, id: event.origin,
            [
                .init("observer", .string(observer)), .init("time", .integer(Int64(clamping: event.time))),
                .init("bytes", .integer(Int64(event.payload.count))),
            ])
    }

    package func log(_ event: NodeEvent, topology: MeshTopology) {
        switch event {
        // A doubt is an event of its own, the suspicion; only what lasts is told beside it.
        case .standing(let member):
            switch member.standing {
            case .unsteady: guard unsteady.insert(member.name).inserted else { return }
            case .steady: guard unsteady.remove(member.name) != nil else { return }
            case .doubted: return
            }
        case .program(let service, .garbled): guard isRare("garbled " + service) else { return }
        default: break
        }
        guard let line = event.line(of: observer, in: topology) else { return }
        let time = append(
            type: line.type, action: line.action, id: line.id,
            line.attributes.map { attribute in
                switch attribute.value {
                case .text(let text): .init(attribute.name, .string(text))
                case .number(let number): .init(attribute.name, .number(number))
                case .integer(let number): .init(attribute.name, .integer(number))
                }
            })
        recent.note(line, at: time, now: loop.now())
    }

    /// - Returns: when it was, in nanoseconds since 1970.
    @discardableResult
    private func append(type: String, action: String, id: String, _ attributes: [TelemetryEvent.Attribute]) -> Int64 {
        let event = TelemetryEvent(
            time: loop.wallClock(), type: type, action: action, id: id, attributes: attributes)
        log.pointee.append(event)
        if isWorthTelling(event) { text.tell(event) }
        return event.time
    }

    private func isWorthTelling(_ event: TelemetryEvent) -> Bool {
        guard event.type == "member" else { return true }
        // An unsteady one is suspected and refutes again and again: that it is unsteady says it all.
        let comesAndGoes = [MemberStatus.alive.name, MemberStatus.suspect.name].contains(event.action)
        guard !comesAndGoes || !unsteady.contains(event.id) else { return false }
        // As many names as there are members.
        return event.action == MemberStatus.alive.name
            ? doubted.remove(event.id) != nil : doubted.insert(event.id).inserted || event.action != "suspect"
    }

    /// Something about this process that is in no event log, since its parent writes it down.
    package func tell(_ action: String, _ details: [(String, String)]) {
        text.tell(
            TelemetryEvent(
                time: loop.wallClock(), type: "process", action: action, id: observer,
                attributes: details.map { .init($0.0, .string($0.1)) }))
    }
}
