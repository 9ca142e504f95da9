import CLibUV
import Glibc

/// What a cell starts in place of a program of the user's own, and what becomes that program: so it dies with its cell,
/// however that ends.
package enum ProgramExec {
    /// The word behind which `VARIABLE=VALUE`s, the program and its arguments stand.
    package static let command = "program-run"
    /// The exit code where the program cannot be run, as shells have it.
    package static let notFound: Int32 = 127

    /// Becomes the program; returns only where that cannot be.
    ///
    /// - Parameter words: `NAME=VALUE` for its environment, then the program (a path, or a name that is looked for in PATH),
    ///   then its arguments.
    package static func run(_ words: [String]) -> Int32 {
        _ = cuv_die_with_parent_errno()
        let variables = words.prefix { $0.contains("=") }
        for variable in variables {
            let end = variable.firstIndex(of: "=")!
            setenv(String(variable[..<end]), String(variable[variable.index(after: end)...]), 1)
        }
        let command = Array(words[variables.count...])
        guard let name = command.first else { return notFound }
        var pointers = command.map { strdup($0) } + [nil]
        execvp(name, &pointers)
        let reason = String(cString: strerror(errno))
        _ = SmallFile.write(2, "\(name) cannot be run: \(reason)\n")
        return notFound
    }
}
