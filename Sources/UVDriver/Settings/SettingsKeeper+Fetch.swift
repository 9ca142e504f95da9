import Membership
import MeshBase
import Resilience
import Wire

/// A search for newer settings among members.
struct SettingsFetch {
    /// What is known to exist; nil where a member is only asked what it has.
    var wanted: SettingsNotice?
    /// Whom to ask next, last first.
    var candidates: [Member]
}

extension SettingsKeeper {
    /// Members that are asked before a search is given up; the next notice begins another.
    private static let most = 3
    private static let timeout = TimeAmount.seconds(2)
    private static let interval = TimeAmount.seconds(1)
    /// A tick that comes so late: the process was stopped, and may have missed what others were told.
    private static let stall = TimeAmount.seconds(3)
    /// Ticks after its start until a process asks whether there is something newer: it has found members by then.
    private static let firstAsk = 2

    /// Asks a member once after the start, and once after a time in which this process did not run: whoever told all of
    /// newer settings meanwhile may be gone.
    func startLooking() {
        lastTick = loop.now()
        tick = try? LoopTimer(loop: loop) { [unowned self] in look() }
        tick?.start(after: Self.interval, every: Self.interval)
        patience = try? LoopTimer(loop: loop) { [unowned self] in goOn(false) }
    }

    func stopLooking() {
        tick?.close()
        tick = nil
        patience?.close()
        patience = nil
        fetch = nil
        fetchNumber += 1
        client?.close()
        client = nil
        members = { [] }
    }

    private func look() {
        let now = loop.now()
        ticks += 1
        if ticks == Self.firstAsk || now - lastTick > Self.stall { isAskDue = true }
        lastTick = now
        guard isAskDue, fetch == nil else { return }
        let candidates = candidates(first: nil)
        guard !candidates.isEmpty else { return }
        isAskDue = false
        begin(SettingsFetch(wanted: nil, candidates: candidates.suffix(1)))
    }

    /// A member told that there are these settings.
    func heard(_ event: UserEvent) {
        guard let notice = SettingsNotice(event.payload) else { return refuse(event) }
        guard holder.isBehind(version: notice.version, digest: notice.digest) else { return }
        if let wanted = fetch?.wanted, wanted.version >= notice.version { return }
        begin(SettingsFetch(wanted: notice, candidates: candidates(first: event.origin).suffix(Self.most)))
    }

    private func refuse(_ event: UserEvent) {
        refuse("the notice of \(event.origin)", .malformed("\(event.payload.count) bytes"))
    }

    /// Live members that can be asked, the first of them last: who told it, the control plane, then any.
    private func candidates(first: String?) -> [Member] {
        let live = members().filter { !$0.isSelf && $0.status.isLive && $0.profile.admin.port != 0 }
        let rest = live.filter { $0.name != first && $0.profile.role != .control }.shuffled()
        let control = live.filter { $0.name != first && $0.profile.role == .control }
        return rest + control + live.filter { $0.name == first }
    }

    /// In place of a search that is under way.
    private func begin(_ search: SettingsFetch) {
        fetch = search
        askNext()
    }

    private func askNext() {
        patience?.stop()
        fetchNumber += 1
        guard var search = fetch else { return }
        if let wanted = search.wanted, !holder.isBehind(version: wanted.version, digest: wanted.digest) {
            fetch = nil
            return
        }
        guard let member = search.candidates.popLast() else {
            fetch = nil
            return
        }
        fetch = search
        ask(member, fetchNumber)
    }

    private func ask(_ member: Member, _ number: Int) {
        let client = self.client ?? HTTPClient(loop: loop, connections: 4, security: security)
        self.client = client
        let endpoint = member.profile.admin
        // What a fault swallows is never answered.
        patience?.start(after: Self.timeout)
        wire.call(endpoint, bytes: 512) { [weak self] in
            guard let self, fetchNumber == number else { return }
            client.send(HTTPOutgoing(.get, endpoint, "/v1/settings"), timeout: Self.timeout) { [weak self] result in
                guard let self, fetchNumber == number else { return }
                answered(member, result)
            }
        }
    }

    private func answered(_ member: Member, _ result: Result<HTTPAnswer, HTTPClientError>) {
        guard case .success(let answer) = result, answer.isSuccess, wire.reaches(member.profile.admin) else {
            return goOn(false)
        }
        do throws(SettingsText.Refusal) {
            offer(try SettingsText.open(answer.body, seal), from: member.name)
        } catch { refuse(member.name, error) }
        goOn(true)
    }

    private func goOn(_ succeeded: Bool) {
        count(fetch: succeeded)
        askNext()
    }
}
