import Glibc
import MeshBase
import Reports
import Scenarios
import Store
import Telemetry
import UVDriver

/// Runs a game day each week, by this very program's `gameday run`, so that both do the same. What is scheduled stands in the
/// journal; the command is a process of its own and outlives this one.
final class GameDayDesk {
    private static let key = "gameday"
    private static let period = TimeAmount.seconds(10)
    private static let longestPath = 4_096
    private static let defaultTime = "10:00"

    private let loop: EventLoop
    private let journal: Journal
    private let directory: DataDirectory
    private let executable: String
    private(set) var order: GameDayOrder?
    private var timer: LoopTimer?
    private var child: ChildProcess?

    init(loop: EventLoop, journal: Journal, directory: DataDirectory, executable: String) {
        self.loop = loop
        self.journal = journal
        self.directory = directory
        self.executable = executable
        let text = (try? journal.meta(Self.key)) ?? nil
        order = text.flatMap { ReportJSON.decode(GameDayOrder.self, Array($0.utf8)) }
    }

    func start() {
        guard order != nil, timer == nil else { return }
        timer = try? LoopTimer(loop: loop) { [weak self] in self?.look() }
        timer?.start(after: Self.period, every: Self.period)
    }

    func close() {
        timer?.close()
        timer = nil
        child?.close()
        child = nil
    }

    /// Sets what is run each week, or ends it.
    func schedule(_ wanted: GameDayOrder) throws(APIFailure) {
        var next = wanted
        next.last = nil
        if let file = wanted.file {
            guard file.hasPrefix("/"), file.utf8.count <= Self.longestPath,
                !file.unicodeScalars.contains(where: DisplayText.isControl)
            else { throw APIFailure(400, "file is an absolute path.") }
            next.at = wanted.at ?? Self.defaultTime
            guard GameDaySchedule(every: wanted.every ?? "", at: next.at ?? "") != nil else {
                throw APIFailure(
                    400, "every names days such as 'wednesday' or 'mon-fri', and at a time such as '10:00'.")
            }
            // Of today's time, where it is over, nothing is run.
        }
        let before = order
        order = wanted.file == nil ? nil : next
        guard write(wanted.file == nil ? "unscheduled" : "scheduled", ["file": .string(wanted.file ?? "")]) else {
            order = before
            throw APIFailure(500, "Nothing was done: the journal cannot be written.")
        }
        if order == nil {
            timer?.close()
            timer = nil
        } else {
            start()
        }
    }

    private func look() {
        guard child == nil, var order, let file = order.file,
            let schedule = GameDaySchedule(every: order.every ?? "", at: order.at ?? "")
        else { return }
        let now = LocalTime(loop.wallClock())
        guard schedule.isDue(now.week, date: now.date, last: order.last) else { return }
        order.last = now.date
        self.order = order
        // Not twice a day, whoever runs it next.
        guard write("began", ["file": .string(file)]) else { return }
        let output = open(directory.gameDayLogPath, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard output >= 0 else { return ended("its log cannot be opened") }
        defer { Glibc.close(output) }
        var launch = ProcessLaunch(
            executable: executable,
            arguments: ["gameday", "run", file, "--mesh", directory.name] + (order.one == true ? ["--one"] : []),
            standardOutput: .file(output), standardError: .file(output))
        launch.isDetached = true
        do throws(UVError) {
            child = try ChildProcess.spawn(loop: loop, launch) { [weak self] exit in
                self?.child = nil
                self?.ended("\(exit)")
            }
        } catch { ended("\(error)") }
    }

    private func ended(_ how: String) { _ = write("ended", ["how": .string(how)]) }

    private func write(_ action: String, _ attributes: KeyValuePairs<String, TelemetryEvent.Value>) -> Bool {
        let text = order.map { String(decoding: ReportJSON.encode($0), as: UTF8.self) } ?? ""
        let event = JournalEvent(
            TelemetryEvent(
                time: loop.wallClock(), type: "gameday", action: action, id: directory.name,
                attributes: attributes.map { .init($0.key, $0.value) }))
        let written: Void? = try? journal.write { transaction in
            try transaction.setMeta(Self.key, text)
            try transaction.append(event)
        }
        return written != nil
    }
}

extension DataDirectory {
    /// What the last game day said that the control plane has run.
    package var gameDayLogPath: String { path + "/gameday.log" }
}

extension ControlPlane {
    package var gameDaySchedule: GameDayScheduleReport? { GameDayScheduleReport(gameDayDesk.order) }

    package func scheduleGameDay(
        _ order: GameDayOrder, completion: @escaping (Result<GameDayScheduleReport, APIFailure>) -> Void
    ) {
        do throws(APIFailure) {
            try gameDayDesk.schedule(order)
            completion(.success(GameDayScheduleReport(gameDayDesk.order)))
        } catch { completion(.failure(error)) }
    }
}
