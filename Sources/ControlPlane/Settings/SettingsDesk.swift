import MeshBase
import Reports
import Resilience
import Store
import Telemetry
import Topology
import UVDriver
import Wire

/// Where settings are made: the only place that raises their version. A change is in the journal before anybody hears of
/// it; then it goes to every process at once, and to those that were late as soon as they answer.
package final class SettingsDesk {
    /// A process that settings go to.
    package struct Target {
        package var name: ProcessName
        package var admin: Endpoint
        /// Another life of the name has not said what it has.
        package var life: ProcessIdentity
    }

    private let journal: Journal
    private let loop: EventLoop
    private let file: SavedFile<SettingsDocument>
    let push: SettingsPush
    private(set) var holder = SettingsHolder()
    /// What was wrong with the file at the start; nil where nothing was.
    package private(set) var remark: String?
    private var timer: LoopTimer?
    private var isStarted = false

    /// Whether a process runs no code now; it is asked again when it does.
    var isStopped: (ProcessName) -> Bool = { _ in false }
    /// Processes that run.
    var targets: () -> [Target] = { [] }
    /// Tells all members.
    var tell: (SettingsNotice) -> Void = { _ in }

    private static let documentKey = "settings/document"
    /// From one look for processes that are behind to the next.
    private static let interval = TimeAmount.milliseconds(500)

    /// Takes over what a predecessor has made.
    package init(
        _ runtime: HostRuntime, client: HTTPClient, journal: Journal, directory: DataDirectory
    ) throws(StoreError) {
        self.journal = journal
        loop = runtime.loop
        push = SettingsPush(
            runtime, client: client,
            seal: SettingsSeal(secret: runtime.settings.secret, mesh: runtime.settings.topology.wireLabel))
        let events = runtime.events
        file = SavedFile(
            directory.settingsPath, loop: runtime.loop, encode: { SettingsText.file($0) },
            onFailure: {
                events.log("settings-not-written", "\($0): the journal has them, and processes their own copies")
            })
        let kept = SavedFile<SettingsReading>.load(
            directory.settingsPath, most: SettingsText.largest, parse: SettingsText.reading)
        remark = kept.remark
        let now = now
        if let text = try journal.meta(Self.documentKey) {
            if let reading = try? SettingsText.reading(text) {
                _ = holder.offer(reading, now: now)
            } else {
                remark = "the journal's settings cannot be read"
            }
        }
        // Newer than the journal where that was lost, or could not be written.
        if let reading = kept.value { _ = holder.offer(reading, now: now) }
        if let remark { events.log("settings-set-aside", remark) }
    }

    private var now: WallTime { WallTime(milliseconds: loop.wallClock() / 1_000_000) }

    package var document: SettingsDocument { holder.document }

    /// `GET /v1/settings`.
    var page: String { SettingsText.sealed(holder.document, push.seal) }

    /// Documents that were not taken over, and those that could not be written.
    var refused: UInt64 { holder.refused }
    var unwritten: UInt64 { file.counters.failed }

    /// Processes that have not said that they have the document in force.
    var behind: Int { targets().count { !push.isConfirmed($0, holder.document) } }

    // MARK: Life

    /// Everybody gets what is in force, and says what it has: from now on, and as often as a process starts.
    func start() {
        guard !isStarted else { return }
        isStarted = true
        if holder.document.version > 0 {
            file.save(holder.document)
            tell(SettingsNotice(holder.document))
        }
        push.onNewer = { [unowned self] reading, source in takeOver(reading, from: source) }
        timer = try? LoopTimer(loop: loop) { [unowned self] in catchUp() }
        timer?.start(after: .zero, every: Self.interval)
    }

    func close() {
        timer?.close()
        timer = nil
        push.onNewer = { _, _ in }
        file.close()
    }

    private func catchUp() {
        let document = holder.document
        let behind = targets().filter {
            !push.isConfirmed($0, document) && !push.isUnderWay($0) && !isStopped($0.name)
        }
        if !behind.isEmpty { push.send(document, to: behind) { _ in } }
    }

    // MARK: Changes

    /// Makes changes, or says why not; nothing has changed then.
    ///
    /// - Parameter completion: called once, in this call or at most `SettingsPush.patience` later.
    func change(
        _ request: SettingsRequest, names: SettingsNames,
        completion: @escaping (Result<SettingsReport, APIFailure>) -> Void
    ) {
        let changes: [SettingsChange]
        do throws(APIFailure) {
            changes = try raise(try request.edits(at: now), names)
        } catch { return completion(.failure(error)) }
        let document = holder.document
        push.send(document, to: targets()) { outcome in
            if let newer = outcome.newer {
                return completion(
                    .failure(
                        APIFailure(
                            409,
                            "\(newer) has settings of a later version than this control plane knew: they are being taken "
                                + "over, and the change may not be in force. Give the command again.")))
            }
            completion(
                .success(
                    SettingsReport(
                        version: document.version, applied: outcome.applied, of: outcome.asked, late: outcome.late,
                        took: Int64(outcome.took.milliseconds.rounded(.up)),
                        changed: changes.map(SettingsReport.Change.init))))
        }
    }

    /// Puts changes in force here.
    private func raise(_ edits: [SettingsEdit], _ names: SettingsNames) throws(APIFailure) -> [SettingsChange] {
        let before = holder.document.inForce(at: now)
        if let problem = before.problems(of: edits, in: names).first {
            let hint = problem.word.flatMap { NearestWord.hint(for: $0, among: problem.known, listing: "there are") }
            let text = problem.message + (hint.map { "; \($0)" } ?? "")
            throw APIFailure(400, "\(APIFailure.ended(text)) Nothing was changed.")
        }
        let news = edits.filter { !before.says($0) }
        let next = holder.document.raised(at: now) { document in for edit in news { document.apply(edit) } }
        let changes = SettingsChange.between(before, next)
        // What is so already is no new version.
        guard !changes.isEmpty else { return [] }
        try keep(next, changes, who: "command")
        _ = holder.offer(.document(next), now: now)
        spread()
        return changes
    }

    private func spread() {
        file.save(holder.document)
        tell(SettingsNotice(holder.document))
    }

    /// Durable before anybody hears of it.
    private func keep(
        _ document: SettingsDocument, _ changes: [SettingsChange], who: String
    ) throws(APIFailure) {
        let time = loop.wallClock()
        do throws(StoreError) {
            try journal.write { transaction in
                try transaction.setMeta(Self.documentKey, SettingsText.canonical(document))
                for change in changes { try transaction.append(JournalEvent(Self.event(change, document, time, who))) }
            }
        } catch { throw APIFailure(500, "Nothing was changed: the journal cannot be written: \(error)") }
    }

    private static func event(
        _ change: SettingsChange, _ document: SettingsDocument, _ time: Int64, _ who: String
    ) -> TelemetryEvent {
        let shown = SettingsReport.Change(change)
        var attributes: [TelemetryEvent.Attribute] = [.init("version", .integer(Int64(clamping: document.version)))]
        for (key, value) in [("scope", shown.scope), ("value", shown.value), ("until", shown.until), ("by", who)] {
            if let value { attributes.append(.init(key, .string(value))) }
        }
        let isLevel = change.kind == .level
        let level = change.value?.split(separator: ",").first.map(String.init)
        return TelemetryEvent(
            time: time, type: isLevel ? "degradation" : change.kind.rawValue,
            action: isLevel ? level ?? "auto" : change.value == nil ? "taken-back" : "set",
            id: change.name.isEmpty ? shown.scope ?? change.kind.rawValue : change.name, attributes: attributes)
    }

    /// A process has a later version: this control plane's journal was lost, or is older than the processes.
    private func takeOver(_ reading: SettingsReading, from source: String) {
        let before = holder.document.inForce(at: now)
        guard case .document(let document) = reading, case .applied = holder.offer(reading, now: now) else { return }
        try? keep(document, SettingsChange.between(before, document.inForce(at: now)), who: source)
        spread()
        catchUp()
    }
}
