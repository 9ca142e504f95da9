import MeshBase
import Nodes
import Reports
import Resilience
import Telemetry
import Topology

/// The peaks of a mesh, and the one that was begun.
enum PeaksView {
    static func status(
        _ settings: SettingsDocument, _ topology: MeshTopology, now: WallTime = StoredSettings.now
    ) -> Report {
        let profiles = PeakCommand.profiles(topology)
        let entry = settings.peak
        let current = profiles.first { $0.name == entry?.name }
        let progress = current.map { Self.progress(entry, $0.policy, now: now) } ?? 0
        let isOn = entry.map { progress > 0 || $0.isInForce(now) } ?? false
        let rows = profiles.map { profile in
            PeaksReport.Peak(
                name: profile.name, progress: isOn && profile.name == current?.name ? progress : 0,
                overMilliseconds: profile.policy.over.nanoseconds / 1_000_000,
                forMilliseconds: profile.policy.lasts.nanoseconds / 1_000_000, at: profile.policy.at)
        }
        let until = isOn ? SettingsView.time(entry?.until) : nil
        let document = PeaksReport(name: isOn ? entry?.name : nil, progress: progress, until: until, peaks: rows)
        return Report(document, names: profiles.map { "peak/\($0.name)" }) { style in
            guard !rows.isEmpty else { return "no peaks: 'peak' of a topology declares them\n" }
            var table = style.table([
                .init("PEAK"), .init("PROGRESS", .right), .init("OVER", .right), .init("FOR", .right),
                .init("AT", .right), .init("UNTIL"),
            ])
            for profile in profiles {
                let isCurrent = isOn && profile.name == current?.name
                table.add([
                    .init(profile.name),
                    .init(Wording.percent(isCurrent ? progress : 0), isCurrent ? .yellow : .plain),
                    .init(Wording.time(milliseconds: profile.policy.over.milliseconds)),
                    .init(Wording.time(milliseconds: profile.policy.lasts.milliseconds)),
                    .init(profile.policy.at.map { "\(Wording.fixed($0, 2))x" } ?? "-"),
                    .init(isCurrent ? until ?? "-" : "-"),
                ])
            }
            return table.render()
        }
    }

    /// As a cell that has had the settings since they were made: the same ramp, by the wall clock.
    static func progress(_ entry: PeakEntry?, _ policy: PeakPolicy, now: WallTime) -> Double {
        guard let entry, now >= entry.set else { return 0 }
        let begun = Instant.zero + .seconds(1)
        let reached = min(entry.until.milliseconds, now.milliseconds)
        var ramp = PeakRamp()
        // It ends with its entry, wherever it has come to.
        _ = ramp.begin(PeakPolicy(over: policy.over, lasts: .hours(24 * 400)), now: begun)
        var at = begun + .milliseconds(reached - entry.set.milliseconds)
        while at >= ramp.nextStep { _ = ramp.advance(policy, now: at) }
        if now.milliseconds > reached {
            ramp.end(policy, now: at)
            at += .milliseconds(now.milliseconds - reached)
            while at >= ramp.nextStep { _ = ramp.advance(policy, now: at) }
        }
        return Double(ramp.step) / 10
    }
}
