import Glibc
import MeshBase
import Reports
import Store
import UVDriver

/// `down`: stops a mesh through its control plane, or without it where that is dead or stuck.
package enum MeshDown {
    package enum Failure: Error, Equatable, CustomStringConvertible {
        /// Neither a control plane nor any process.
        case notRunning(mesh: String)
        /// The control plane neither stops nor can be ended.
        case stuck(pid: Int32)
        /// It has said no: it is not what started the processes.
        case refused(String)

        package var description: String {
            switch self {
            case .notRunning(let mesh): "the mesh '\(mesh)' does not run"
            case .stuck(let pid): "the control plane (pid \(pid)) neither answers nor can be ended"
            case .refused(let detail): detail
            }
        }
    }

    /// - Parameter timeout: for the ordered shutdown; what is left after that is killed.
    package static func run(
        _ directory: DataDirectory, timeout: TimeAmount = .seconds(15)
    ) throws(Failure) -> DownReport {
        let begun = monotonic()
        func report(_ how: String, _ doctor: DoctorReport?) -> DownReport {
            DownReport(
                mesh: directory.name, how: how, reaped: doctor?.processes.count { $0.condition == .reaped } ?? 0,
                left: doctor?.processes.count { $0.condition == .unreapable || $0.condition == .leftover } ?? 0,
                elsewhere: elsewhere(directory), milliseconds: (monotonic() - begun).milliseconds)
        }
        if let holder = directory.controlHolder {
            if try stop(directory, holder, until: begun + timeout) {
                // It stopped what it knew, and itself last. What programs have started and put out of their group it knows
                // nothing of.
                let doctor = Doctor(directory)
                let isClean = doctor.examine(readsStores: false).leftovers.isEmpty
                return report("api", isClean ? nil : doctor.reap(readsStores: false))
            }
            if let control = ProcessIdentity(pid: holder), directory.controlHolder == holder {
                Reaper.end([control], with: .kill)
            }
            if let still = directory.controlHolder { throw .stuck(pid: still) }
            return report("reaped", Doctor(directory).reap(readsStores: false))
        }
        let doctor = Doctor(directory)
        let found = doctor.examine(readsStores: false)
        guard !found.leftovers.isEmpty || SystemFile.exists(directory.controlPath) else {
            throw .notRunning(mesh: directory.name)
        }
        return report("reaped", doctor.reap(readsStores: false))
    }

    /// Cells that nobody has seen end: their hosts did not answer. Their agents end them when no control plane is heard of for its
    /// grace, and the next one finds them before that.
    private static func elsewhere(_ directory: DataDirectory) -> [String]? {
        guard let hosts = try? directory.hosts(), !hosts.hosts.isEmpty,
            let journal = try? Journal(path: directory.journalPath)
        else { return nil }
        defer { journal.close() }
        let names = ((try? journal.processes()) ?? [])
            .filter { ProcessIdentity(pid: $0.pid, startTime: $0.startTime).host != nil }.map(\.name)
        return names.isEmpty ? nil : names.sorted()
    }

    /// Whether the control plane has stopped: through its API, or where that does not answer by a signal.
    private static func stop(_ directory: DataDirectory, _ holder: Int32, until deadline: Instant) throws(Failure)
        -> Bool
    {
        guard let control = ProcessIdentity(pid: holder) else { return false }
        // Stopped by a signal it would neither answer nor end.
        if control.isStopped { _ = try? control.kill(SIGCONT) }
        let asked: Bool
        do {
            try ControlClient(directory).down()
            asked = true
        } catch ControlClient.Failure.refused(409, let detail) {
            throw .refused(detail)
        } catch { asked = false }
        if !asked { _ = try? control.kill(SIGTERM) }
        while monotonic() < deadline {
            if directory.controlHolder != holder, !control.isRunning { return true }
            usleep(2_000)
        }
        return false
    }

    private static func monotonic() -> Instant {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Instant(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }
}
