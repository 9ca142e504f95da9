import Reports
import Store

extension APIServer {
    private static let passesKey = "passes"

    /// Passes are written to the journal from now on, and those that a predecessor left there are good.
    func keepPasses(in journal: Journal) {
        let loop = http.loop
        if let text = (try? journal.meta(Self.passesKey)) ?? nil,
            let kept = ReportJSON.decode([PassDesk.Kept].self, Array(text.utf8))
        {
            passes.take(kept, now: loop.now(), wall: loop.wallClock())
        }
        // What cannot be written down is good as long as this life lasts.
        onPasses = { kept in
            let text = String(decoding: ReportJSON.encode(kept), as: UTF8.self)
            try? journal.write { try $0.setMeta(Self.passesKey, text) }
        }
    }

    /// The mesh is shut down: nobody comes back to it.
    func forgetPasses() { onPasses?([]) }
}
