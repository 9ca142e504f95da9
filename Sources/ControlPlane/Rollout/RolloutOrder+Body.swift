import Blueprints
import Reports

extension RolloutOrder {
    private static let form =
        "{\"yaml\": TEXT, \"source\": PATH, \"blueprint\": NAME, \"cells\": [NAME, ...], \"stages\": [5, ..., 100], "
        + "\"watch_ms\": NUMBER, \"wait_ms\": NUMBER, \"undecided\": \"rollback\" or \"go-on\", \"dry_run\": true}, of which "
        + "\"yaml\" is needed"

    /// Reads what a client sent.
    /// - Throws: 400, with the member that is wrong and what it should be.
    init(body bytes: [UInt8]) throws(APIFailure) {
        let body = try RequestBody(
            bytes,
            known: [
                "yaml", "source", "blueprint", "cells", "stages", "watch_ms", "wait_ms", "undecided", "dry_run",
            ], form: Self.form)
        guard let yaml = try body.text("yaml"), yaml.utf8.count <= TextFile.longest else {
            throw body.failure("yaml", "a blueprint of 1 MiB at most")
        }
        self.init(yaml: yaml, source: String((try body.text("source") ?? "<body>").prefix(4_096)))
        blueprint = try body.text("blueprint")
        cells = try body.texts("cells")
        stages = try body.integers("stages")
        watchMilliseconds = try body.integer("watch_ms", 1_000...3_600_000)
        waitMilliseconds = try body.integer("wait_ms", 0...3_600_000)
        if let word = try body.text("undecided") {
            guard let undecided = Undecided(rawValue: word) else {
                throw body.failure("undecided", "\"rollback\" or \"go-on\"")
            }
            self.undecided = undecided
        }
        isDryRun = try body.flag("dry_run")
    }
}
