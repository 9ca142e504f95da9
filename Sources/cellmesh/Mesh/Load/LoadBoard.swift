import ControlPlane
import LoadGenerator
import MeshBase
import Reports
import UVDriver

/// What a load that is under way tells of itself, once a second: `load/run-PID.json` in the mesh's data directory, for
/// `load status`. Nobody who reads it holds the load up.
final class LoadBoard {
    private let path: String
    private var load: LoadStatusReport.Load

    /// Periods that are told.
    private static let periods = 60

    /// Nil where nothing can be written; the load goes on without.
    init?(_ mesh: DataDirectory, _ configuration: LoadConfiguration) {
        let own = ProcessIdentity.current
        guard (try? LoadDirectory(mesh).create()) != nil else { return nil }
        mesh.sweepLoads()
        path = mesh.loadBoardPath(own.pid)
        load = LoadStatusReport.Load(
            pid: own.pid, startTime: own.startTime, durationMilliseconds: configuration.duration.milliseconds,
            targetRate: configuration.rate)
        write()
    }

    func show(_ progress: LoadProgress, of run: LoadRun) {
        load.phase = progress.phase.rawValue
        load.elapsedMilliseconds = progress.elapsed.milliseconds.rounded()
        (load.rate, load.requests, load.ok, load.dropped) =
            (progress.rate, progress.requests, progress.ok, progress.dropped)
        (load.p50, load.p99) = (progress.p50.milliseconds, progress.p99.milliseconds)
        (load.inFlight, load.queued) = (progress.inFlight, progress.queued)
        let customers = progress.customers
        load.customers = .init(
            seen: customers.customers, lost: customers.lost, degraded: customers.degraded,
            untouched: customers.untouched)
        load.series = run.series(last: Self.periods)
        if run.times.begun > 0 { load.begun = ReportTime.string(run.times.begun) }
        write()
    }

    func close() { _ = try? SystemFile.remove(path) }

    private func write() {
        // A reader sees the old or the new one; a machine that stops ends the load too.
        try? SystemFile.replace(path, with: ReportJSON.encode(load), isDurable: false)
    }
}
