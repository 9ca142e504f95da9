import Membership
import MeshBase
import Nodes
import Reports
import Resilience
import Wire

/// The settings in force in one process: it begins with the last ones that it had, takes what is pushed to it, fetches what
/// it hears of, ends entries by its own clock, and keeps all of it for its next life.
package final class SettingsKeeper {
    let loop: EventLoop
    let events: HostEvents
    let wire: WireLayer
    let security: HostSecurity
    let seal: SettingsSeal
    private(set) var holder = SettingsHolder()
    package private(set) var counters = SettingsCounters()
    private let file: SavedFile<SettingsDocument>
    private var alarm: LoopTimer?
    private var onChange: (SettingsDocument, [SettingsChange]) -> Void = { _, _ in }

    // What `SettingsKeeper+Fetch` needs.
    var members: () -> [Member] = { [] }
    var client: HTTPClient?
    var fetch: SettingsFetch?
    /// Of the question under way: what answers an earlier one comes to nothing.
    var fetchNumber = 0
    var patience: LoopTimer?
    var tick: LoopTimer?
    var lastTick: Instant
    var ticks = 0
    var isAskDue = false

    /// Longest time from one look at the ends of entries to the next: the clock may have been set.
    private static let longestWait = TimeAmount.minutes(1)

    init(
        loop: EventLoop, settings: HostSettings, events: HostEvents, wire: WireLayer, security: HostSecurity
    ) {
        self.security = security
        self.loop = loop
        self.events = events
        self.wire = wire
        seal = SettingsSeal(secret: settings.secret, mesh: settings.topology.wireLabel)
        lastTick = loop.now()
        file = SavedFile(
            settings.savedSettingsPath, loop: loop, encode: { SettingsText.file($0) },
            onFailure: {
                events.log(
                    "settings-not-kept", "\($0): a restart begins with older ones, and fetches the newer from others")
            })
        load(own: settings.savedSettingsPath, mesh: settings.settingsPath)
    }

    /// The last document, with what has ended since.
    package var document: SettingsDocument { holder.document }

    package var refused: UInt64 { holder.refused }

    /// What becomes of the file, and whether a later value waits.
    package var saved: SavedFileCounters { file.counters }

    private var now: WallTime { WallTime(milliseconds: loop.wallClock() / 1_000_000) }

    // MARK: Life

    private func load(own: String, mesh: String?) {
        let kept = SavedFile<SettingsReading>.load(own, most: SettingsText.largest, parse: SettingsText.reading)
        if let remark = kept.remark { events.log("settings-set-aside", remark) }
        if let reading = kept.value { offer(reading, from: own) }
        guard let mesh else { return }
        do {
            guard let content = try SmallFile.content(mesh, most: SettingsText.largest) else { return }
            offer(try SettingsText.reading(content.text), from: mesh)
        } catch {
            counters.malformed += 1
            events.log("settings-refused", "\(mesh): \(JSONFailure.describe(error)); the process goes by its own copy")
        }
    }

    /// From now on the node hears of what is in force, and at once of what is now.
    ///
    /// - Parameters:
    ///   - members: whom newer settings can be fetched from.
    ///   - onChange: what is in force, and which entries of it are not as they were.
    func start(
        members: @escaping () -> [Member], onChange: @escaping (SettingsDocument, [SettingsChange]) -> Void
    ) {
        self.members = members
        self.onChange = onChange
        _ = holder.expire(now: now)
        let inForce = holder.inForce(at: now)
        if inForce.version > 0 { onChange(inForce, SettingsChange.between(SettingsDocument(), inForce)) }
        alarm = try? LoopTimer(loop: loop) { [unowned self] in expire() }
        arm()
        startLooking()
    }

    func close() {
        alarm?.close()
        alarm = nil
        stopLooking()
        file.close()
        onChange = { _, _ in }
    }

    // MARK: Documents

    /// Puts a document in force if it is higher than what is.
    @discardableResult
    func offer(_ reading: SettingsReading, from source: String) -> SettingsVerdict {
        let verdict = holder.offer(reading, now: now)
        switch verdict {
        case .applied(let changes):
            counters.applied += 1
            file.save(holder.document)
            events.log("settings-applied", "version \(holder.document.version) from \(source)")
            onChange(holder.inForce(at: now), changes)
            arm()
        case .newerSchema(let schema):
            events.logRarely(
                "settings-refused",
                "\(source) has settings of schema \(schema), and this release reads \(SettingsDocument.schema): nothing of "
                    + "them is in force here; run one release everywhere")
        case .unsound(let problems):
            events.logRarely(
                "settings-refused",
                "\(source): \(problems.first?.text { _, _ in nil } ?? "unsound"); the former settings stay in force")
        case .same, .older: break
        }
        return verdict
    }

    private func expire() {
        let changes = holder.expire(now: now)
        if !changes.isEmpty { onChange(holder.inForce(at: now), changes) }
        arm()
    }

    private func arm() {
        let now = now
        guard let next = holder.nextEnd(after: now) else { return alarm?.stop() ?? () }
        let left = TimeAmount.milliseconds(next.milliseconds - now.milliseconds)
        alarm?.start(after: min(max(left, .milliseconds(1)), Self.longestWait))
    }

    // MARK: Pages

    /// `GET /v1/settings`: the document with its proof, for whoever is behind.
    var page: HTTPPage { .json(SettingsText.sealed(holder.document, seal)) }

    /// `POST /v1/settings`.
    func take(_ body: [UInt8]) -> HTTPPage {
        do throws(SettingsText.Refusal) {
            let verdict = offer(try SettingsText.open(body, seal), from: "the control plane")
            return .json(json(SettingsAnswer(holder, verdict)))
        } catch {
            refuse("what was sent to /v1/settings", error)
            switch error {
            case .forged:
                return .problem(
                    HTTPProblem(
                        status: 403,
                        detail: .fixed("Settings are taken from who holds the mesh's secret: nothing changed.")))
            case .malformed:
                return .problem(
                    HTTPProblem(
                        status: 400,
                        detail: .made("Send {\"proof\": HEX, \"settings\": {...}}: \(error). Nothing changed.")))
            }
        }
    }

    /// Counts a document that was not looked at.
    func refuse(_ source: String, _ reason: SettingsText.Refusal) {
        counters.malformed += 1
        events.logRarely("settings-refused", "\(source): \(reason)")
    }

    /// A fetch came to its end.
    func count(fetch succeeded: Bool) {
        if succeeded { counters.fetched += 1 } else { counters.unfetched += 1 }
    }

    private func json(_ answer: SettingsAnswer) -> String {
        "{\"digest\":\"\(answer.digest)\",\"verdict\":\"\(answer.verdict)\",\"version\":\(answer.version)}\n"
    }
}

/// What became of settings that came to a process.
package struct SettingsCounters: Equatable {
    /// Documents put in force.
    package var applied: UInt64 = 0
    /// What was none, or not of this mesh.
    package var malformed: UInt64 = 0
    /// Fetches that were answered, and those that were not.
    package var fetched: UInt64 = 0
    package var unfetched: UInt64 = 0
}

extension HostSettings {
    /// Where this process keeps the settings that it had last.
    package var savedSettingsPath: String { dataDirectory + "/settings.json" }
}
