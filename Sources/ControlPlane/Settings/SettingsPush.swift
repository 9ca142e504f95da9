import MeshBase
import Reports
import Resilience
import Topology
import UVDriver
import Wire

/// Brings settings to processes and keeps who has them.
final class SettingsPush {
    /// How long a process may take to say that it has them in force.
    static let patience = TimeAmount.seconds(1)

    let seal: SettingsSeal
    private let runtime: HostRuntime
    private let client: HTTPClient
    private var confirmed: [ProcessName: Confirmed] = [:]
    private var underWay: [ProcessName: Int] = [:]
    /// The latest that was sent.
    private var latest = SettingsDocument()
    /// A process has a later version than what was sent; this is what it has.
    var onNewer: (SettingsReading, _ source: String) -> Void = { _, _ in }

    private struct Confirmed: Equatable {
        var life: ProcessIdentity
        var version: UInt64
        var digest: UInt64
    }

    /// What became of one round.
    struct Outcome {
        var applied = 0
        var asked = 0
        var late: [String] = []
        var took = TimeAmount.zero
        /// A process that has a later version.
        var newer: String?
    }

    init(_ runtime: HostRuntime, client: HTTPClient, seal: SettingsSeal) {
        self.runtime = runtime
        self.client = client
        self.seal = seal
    }

    /// Whether a process has said that it has this document, in this life.
    func isConfirmed(_ target: SettingsDesk.Target, _ document: SettingsDocument) -> Bool {
        confirmed[target.name]
            == Confirmed(life: target.life, version: document.version, digest: document.digest)
    }

    /// Whether it was sent something and has not answered.
    func isUnderWay(_ target: SettingsDesk.Target) -> Bool { underWay[target.name, default: 0] > 0 }

    /// Sends a document to processes at once; `completion` is called once, with what all of them said.
    func send(
        _ document: SettingsDocument, to targets: [SettingsDesk.Target], _ completion: @escaping (Outcome) -> Void
    ) {
        var outcome = Outcome()
        outcome.asked = targets.count
        if document.version >= latest.version { latest = document }
        guard !targets.isEmpty else { return completion(outcome) }
        let began = runtime.loop.freshNow()
        let body = Array(SettingsText.sealed(document, seal).utf8)
        var left = targets.count
        for target in targets {
            underWay[target.name, default: 0] += 1
            ask(target, body) { [weak self] answer in
                guard let self else { return }
                underWay[target.name] = underWay[target.name].flatMap { $0 > 1 ? $0 - 1 : nil }
                if let answer, answer.has(document) {
                    outcome.applied += 1
                    confirmed[target.name] = Confirmed(
                        life: target.life, version: document.version, digest: document.digest)
                } else {
                    outcome.late.append(target.name.description)
                }
                if let answer, isLater(answer) {
                    outcome.newer = target.name.description
                    fetch(target)
                }
                left -= 1
                guard left == 0 else { return }
                outcome.took = runtime.loop.freshNow() - began
                outcome.late.sort()
                completion(outcome)
            }
        }
    }

    /// It has something that was never made here, or not by this control plane's journal.
    private func isLater(_ answer: SettingsAnswer) -> Bool {
        answer.verdict == "older" && answer.version >= latest.version
            && answer.digest != String(latest.digest, radix: 16)
    }

    /// `completion` is called once, with nil where there is no answer in time.
    private func ask(_ target: SettingsDesk.Target, _ body: [UInt8], _ completion: @escaping (SettingsAnswer?) -> Void)
    {
        var isOpen = true
        var guardian: LoopTimer?
        func end(_ answer: SettingsAnswer?) {
            guard isOpen else { return }
            isOpen = false
            guardian?.close()
            completion(answer)
        }
        // What a fault swallows is never answered.
        guardian = try? LoopTimer(loop: runtime.loop) { end(nil) }
        guardian?.start(after: Self.patience)
        runtime.wire.call(target.admin, bytes: body.count) { [client] in
            guard isOpen else { return }
            var request = HTTPOutgoing(.post, target.admin, "/v1/settings", body: body)
            request.set("Content-Type", "application/json")
            client.send(request, timeout: Self.patience) { result in
                guard case .success(let answer) = result, answer.isSuccess else { return end(nil) }
                end(ReportJSON.decode(SettingsAnswer.self, answer.body))
            }
        }
    }

    private func fetch(_ target: SettingsDesk.Target) {
        client.send(HTTPOutgoing(.get, target.admin, "/v1/settings"), timeout: Self.patience) { [weak self] result in
            guard let self, case .success(let answer) = result, answer.isSuccess,
                let reading = try? SettingsText.open(answer.body, seal)
            else { return }
            onNewer(reading, target.name.description)
        }
    }
}
