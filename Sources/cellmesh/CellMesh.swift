import ArgumentParser
import ControlPlane

/// `cellmesh` itself: the list of its commands.
struct CellMesh: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cellmesh",
        abstract: "A laboratory for cellular architecture: a mesh of cells on this machine.",
        discussion: """
            One command starts a mesh of real cells, one process each, behind a cell router that maps customers to \
            shuffle shards. Kill cells, pause them, load the mesh, and compare what the mathematics predicted with \
            what traffic saw.

              cellmesh up --detach
              cellmesh kill us-east-1 us-west-2 --dry-run
              cellmesh load run --rate 500 --duration 10s
              cellmesh down

            Exit codes: 0 ok, 1 failed, 2 declined, 3 unhealthy or timed out, 4 no such mesh, 5 an objective was \
            violated, 64 usage, 130 interrupted.
            """,
        version: Version.text,
        groupedSubcommands: [
            CommandGroup(
                name: "Mesh",
                subcommands: [
                    InitCommand.self, UpCommand.self, DownCommand.self, ListCommand.self, RemoveCommand.self,
                    StatusCommand.self, TopCommand.self, PsCommand.self, DashboardCommand.self,
                    DoctorCommand.self, ValidateCommand.self, ConfigCommand.self,
                ]),
            CommandGroup(
                name: "Cells",
                subcommands: [
                    CellCommand.self, MembersCommand.self, WhyCommand.self, MembershipCommand.self, StoreCommand.self,
                    ConflictsCommand.self,
                ]),
            CommandGroup(
                name: "Faults",
                subcommands: [
                    KillCommand.self, PauseCommand.self, ResumeCommand.self, RestartCommand.self, FaultCommand.self,
                    PartitionCommand.self, HealCommand.self, HaltCommand.self,
                ]),
            CommandGroup(
                name: "Policies",
                subcommands: [
                    PoliciesCommand.self, FlagsCommand.self, DegradeCommand.self, BreakerCommand.self,
                    PeakCommand.self, NoticeCommand.self,
                ]),
            CommandGroup(
                name: "Moves",
                subcommands: [
                    EvacuateCommand.self, RestoreCommand.self, EvacuationCommand.self, MoveCommand.self,
                    PinsCommand.self, RolloutCommand.self,
                ]),
            CommandGroup(
                name: "Drills", subcommands: [DrillCommand.self, GameDayCommand.self, MonkeyCommand.self]),
            CommandGroup(name: "Traffic", subcommands: [LoadCommand.self, ReportCommand.self, TraceCommand.self]),
            CommandGroup(name: "Watching", subcommands: [AlertsCommand.self, ExportCommand.self]),
            CommandGroup(
                name: "Shards",
                subcommands: [RouteCommand.self, BlastRadiusCommand.self, CustomersCommand.self, LabCommand.self]),
            CommandGroup(name: "Simulation", subcommands: [SimCommand.self]),
            CommandGroup(name: "History", subcommands: [EventsCommand.self, LogsCommand.self]),
            CommandGroup(name: "Program", subcommands: [CompletionCommand.self, VersionCommand.self]),
            CommandGroup(
                name: "Processes",
                subcommands: [
                    RouterCommand.self, RegionCommand.self, ControlCommand.self,
                    PauseWatchCommand.self, WireCheckCommand.self, ProbeCommand.self,
                ]),
        ])
}
