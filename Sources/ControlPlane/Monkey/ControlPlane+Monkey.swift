import Chaos
import Drills
import MeshBase
import Reports
import Scenarios
import Store
import Telemetry
import Topology
import UVDriver

/// The monkey, as the mesh lets it: what it sees, what it may do, and the report of each of its days.
extension ControlPlane {
    package var monkeyReport: MonkeyReport? { monkeyDesk.report }

    package func changeMonkey(
        _ change: MonkeyChange, completion: @escaping (Result<MonkeyReport, APIFailure>) -> Void
    ) {
        do throws(APIFailure) {
            guard (change.start != nil) != (change.stop == true) else {
                throw APIFailure(400, "Send {\"start\": {...}} or {\"stop\": true}.")
            }
            if var start = change.start {
                try haltDesk.check()
                try refuseDuringRollout()
                // Once and for all: the next control plane spares the same.
                do throws(UnknownTarget) {
                    if let words = start.except { start.except = try chosen(words, seed: start.seed) }
                } catch { throw APIFailure(400, "\(error). Nothing was done.") }
                return completion(.success(try monkeyDesk.letLoose(start)))
            }
            guard monkeyDesk.takeIn("it was taken in") else { throw APIFailure(409, "No monkey is loose.") }
            completion(.success(monkeyDesk.report))
        } catch { completion(.failure(error)) }
    }

    var monkeyActs: MonkeyDesk.Acts {
        MonkeyDesk.Acts(
            sight: { [unowned self] own, excepted in monkeySight(own, excepted) },
            kill: { [unowned self] cell, lease, done in
                var addition = FaultAddition(kind: FaultKind.kill.rawValue, targets: ["cell/\(cell)"])
                addition.lease = lease.millisecondsRoundedUp
                addFault(addition) { result in
                    switch result {
                    case .success(let faults):
                        guard let fault = faults.faults.first else {
                            return done(.failure(APIFailure(500, "The kill has not worked.")))
                        }
                        done(.success(fault.id))
                    case .failure(let failure): done(.failure(failure))
                    }
                }
            },
            heal: { [unowned self] fault in
                guard faultRegister.schedule[fault] != nil else { return }
                removeFaults(FaultRemoval(ids: [fault])) { _ in }
            },
            keep: { [unowned self] day, rows, done in keepMonkeyDay(day, rows, done) },
            cells: { [unowned self] (targets) throws(APIFailure) in
                do throws(UnknownTarget) {
                    return Set(try TargetList(targets, in: topology).processes.filter { $0.role == .cell }.map(\.name))
                } catch { throw APIFailure(404, error.description) }
            })
    }

    private func monkeySight(_ own: String?, _ excepted: Set<String>) -> MonkeySight {
        let live = liveRouters
        var sight = MonkeySight(
            cells: topology.cells.map { cell in
                var seen = MonkeySight.Cell(
                    cell.name, in: topology.regions[cell.region].name, serves: false, started: nil)
                seen.isExcepted = excepted.contains(cell.name)
                let name = ProcessName(.cell, cell.name)
                guard let process = supervisor[name], process.isRunning else { return seen }
                seen.started = process.started
                seen.serves = !unused.contains(name) && state(of: process, live: live) == .serving
                return seen
            })
        sight.answered = liveDesk.answered
        sight.lateness = liveDesk.latest.host.latenessMilliseconds ?? 0
        sight.time = LocalTime(loop.wallClock()).week
        sight.isHeld = own.map { faultRegister.schedule[$0] != nil } ?? false
        sight.obstacle = monkeyObstacle(own)
        return sight
    }

    /// What is on that a kill is not to be mixed with; what follows from its own kill is none.
    private func monkeyObstacle(_ own: String?) -> String? {
        if haltDesk.halt != nil { return "the mesh is halted" }
        if let fault = faultRegister.schedule.active(at: SystemClock.reading()).first(where: { $0.id != own }) {
            return "the fault \(fault.id) (\(fault.kind.rawValue)) is in force"
        }
        if let drill = directory.runningDrill { return "the drill \(drill.name) runs" }
        if desk.status.isUnderWay { return "an evacuation is under way" }
        if rolloutDesk.isUnderWay { return "a rollout is under way" }
        if !evacuated.isEmpty { return "a region is evacuated" }
        if own == nil, let alert = liveDesk.latest.alerts.first {
            return "the alert \(alert.name) fires (\(alert.subject))"
        }
        return nil
    }

    /// One report a day: the new one takes the place of that of before, once it is there.
    private func keepMonkeyDay(_ day: MonkeyDayCounts, _ rows: [MonkeyRow], _ done: @escaping () -> Void) {
        let reporter = MeshReporter(directory)
        let run = MeshReporter.Run(
            kind: .monkey, title: "monkey of \(day.date)", command: "cellmesh monkey start", begun: day.begun,
            ended: loop.wallClock(), series: nil)
        WorkPool(loop: loop).submit {
            MonkeyDay.keep(rows, of: day, run, reporter)
        } completion: { [weak self] result in
            defer { done() }
            guard let self, let reason = result.value ?? nil else { return }
            _ = try? journal.append(
                JournalEvent(
                    TelemetryEvent(
                        time: loop.wallClock(), type: "report", action: "not-kept", id: "monkey",
                        attributes: [.init("reason", .string(reason))])))
        }
    }
}

/// Writes the report of a monkey's day.
enum MonkeyDay {
    /// - Returns: why it could not be kept; nil where it was.
    static func keep(_ rows: [MonkeyRow], of day: MonkeyDayCounts, _ run: MeshReporter.Run, _ reporter: MeshReporter)
        -> String?
    {
        let store = ReportStore(reporter.mesh)
        do {
            var draft = try reporter.draft(run)
            draft.report.take(rows, of: day) { row in
                Double((Timestamp.parse(row.time) ?? run.begun) - run.begun) / 1_000_000
            }
            let former = store.ids.filter { id in
                id != draft.report.id && ReportShelf.drill(of: id) == RunReport.Kind.monkey.rawValue
                    && !store.isKept(id)
                    && store.report(id)?.title == run.title
            }
            try reporter.keep(draft, series: nil, further: [("monkey.json", ReportJSON.encode(rows))])
            for id in former { try store.remove(id) }
            return nil
        } catch { return "\(error)" }
    }
}
