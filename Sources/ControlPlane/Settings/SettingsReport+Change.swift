import MeshBase
import Reports
import Resilience
import Telemetry

extension SettingsReport.Change {
    package init(_ change: SettingsChange) {
        self.init(
            kind: change.kind.rawValue, name: change.name, scope: change.scope?.description, value: change.value,
            until: change.until.map { Timestamp.string(Self.nanoseconds($0)) })
    }

    private static func nanoseconds(_ time: WallTime) -> Int64 {
        time.milliseconds.multipliedReportingOverflow(by: 1_000_000).partialValue
    }
}
