import Foundation
import Testing

extension EndToEnd {
    /// What is taken where a file is named.
    @Suite struct InputFileTests {
        private func shell(_ line: String) throws -> Program.Outcome {
            try Program.Running(
                "/bin/bash", ["-c", line], environment: ["P": Program.path, "NO_COLOR": "1"], directory: Program.root
            ).wait(limit: 60)
        }

        @Test(arguments: [
            "(cd topology && \"$P\" validate - < monolith.yaml)",
            "(cd topology && \"$P\" validate <(cat monolith.yaml))",
            "(cd topology && cat monolith.yaml | \"$P\" config show -)",
            "(cd topology && \"$P\" route explain c1 --topology - < monolith.yaml)",
        ])
        func pipesAndStandardInputAreRead(line: String) throws {
            let outcome = try shell(line)
            #expect(outcome.code == 0, "\(outcome.out)\(outcome.err)")
        }

        @Test(arguments: [
            ("\"$P\" validate .", ".:1:1: error: this is a folder; name a file in it [file-unreadable]"),
            ("\"$P\" up cells/storefront.yaml", "this is a blueprint, and a topology is needed [file-kind]"),
            ("\"$P\" validate - < /dev/null", "<stdin>:1:1: error: the file is empty [file-empty]"),
            ("\"$P\" validate $'/tmp/\\xff.yaml'", "is not text in UTF-8"),
            ("CELLMESH_HOME=$'/tmp/none-\\xff' \"$P\" status", "error:"),
        ])
        func whatIsNoneSaysSo(line: String, message: String) throws {
            let outcome = try shell(line)
            #expect([1, 4, 64].contains(outcome.code), "\(outcome.code)")
            #expect((outcome.out + outcome.err).contains(message), "\(outcome.out)\(outcome.err)")
        }
    }
}
