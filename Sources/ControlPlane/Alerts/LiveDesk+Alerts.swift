import Alerts
import MeshBase
import Reports
import Store
import Telemetry
import Topology
import UVDriver

extension LiveDesk {
    /// Every rule, and what is above its bound.
    ///
    /// - Parameter scale: by what the windows of burn rates are divided.
    package func alertsReport(scale: Double) -> AlertsReport {
        alerts.report(latest, scale: scale, now: loop.now(), t: loop.wallClock() / 1_000_000)
    }

    /// Puts what fires into a state, and writes down what began and ended.
    func judge(_ state: inout FeedState, names: [String], answered: (total: UInt64, failed: UInt64), now: Instant) {
        let changes = alerts.take(state, names: names, answered: answered, now: now)
        state.alerts = Array(alerts.firing.prefix(Self.mostAlerts))
        guard !changes.isEmpty else { return }
        let wall = loop.wallClock()
        let events = changes.map { change in
            JournalEvent(
                TelemetryEvent(
                    time: wall, type: "alert", action: change.isFiring ? "firing" : "resolved", id: change.alert.name,
                    attributes: [
                        .init("subject", .string(change.alert.subject)), .init("value", .number(change.alert.value)),
                    ]))
        }
        // What cannot be written down is shown all the same.
        try? journal.write { transaction in for event in events { try transaction.append(event) } }
    }

    private static let mostAlerts = 64
}

extension APIServer {
    /// What is about alerts.
    static func addAlerts(_ table: inout HTTPRouteTable, _ server: @escaping () -> APIServer) {
        table.read("/v1/alerts", keys: ["scale"], "What fires, of which rules") { call in
            server().tell { (backend) throws(APIFailure) in
                guard let live = backend.live else { throw APIFailure(503, "The control plane has not started yet.") }
                guard let text = call.query["scale"] else { return live.alertsReport(scale: 1) }
                guard let scale = Double(text), scale >= 1, scale <= 10_000 else {
                    throw APIFailure(400, "scale is 1 to 10000.")
                }
                return live.alertsReport(scale: scale)
            }
        }
    }
}
