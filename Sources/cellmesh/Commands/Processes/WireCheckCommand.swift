import ArgumentParser
import Wire

struct WireCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "wire-check",
        abstract: "Tell what the HTTP parser makes of requests, one in hexadecimal per line.",
        shouldDisplay: false)

    func run() {
        while !StandardOutput.isBroken, let line = readLine() {
            StandardOutput.write(HTTPWireCheck.verdict(line) + "\n")
        }
    }
}
