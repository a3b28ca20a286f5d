//! The words that the command understands.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::format::{Formats, Output};
use crate::{api, auth, elect, explain, label, logs, metrics, patch, sandbox, scale, wait, write};

/// The Kubernetes API from within a pod, in kubectl's words.
#[derive(Parser)]
#[command(name = "kubewire", version, arg_required_else_help = true)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) target: TargetArguments,
    /// Print the operations of these words as JSON, for use in code, instead of running them
    #[arg(long, global = true)]
    pub(crate) as_operation: bool,
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

#[derive(Args)]
pub(crate) struct TargetArguments {
    /// The API server, for use outside of a pod
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) server: Option<String>,
    /// The directory that holds token, ca.crt and namespace, as a pod's service account mount does
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) mount: Option<String>,
    /// Ask an API server in memory, with a small shop in it, that lives for this one command
    #[arg(long, global = true, conflicts_with_all = ["server", "mount"])]
    pub(crate) sandbox: bool,
    /// The namespace; without it the mount's own
    #[arg(short, long, global = true, value_name = "NS")]
    pub(crate) namespace: Option<String>,
}

#[derive(Subcommand)]
pub(crate) enum Verb {
    #[command(flatten)]
    Plain(Plain),
    /// Run a command only while we lead: one of several candidates, by a Lease
    Elect(elect::Elect),
    /// Serve an API server in memory, with a small shop in it, for kubewire, kubectl and programs to try
    Sandbox(sandbox::Serve),
    /// Print a script that completes these words in a shell
    Completion {
        /// Which shell
        shell: clap_complete::Shell,
    },
    /// Print the request of the same words as a curl command for bash, without secrets
    Curl {
        #[command(subcommand)]
        verb: Plain,
    },
}

/// What can be run, or printed as a request or an operation.
#[derive(Subcommand)]
pub(crate) enum Plain {
    /// Show one or many objects
    Get(Get),
    /// Make objects be as a file says (server-side apply)
    Apply(Apply),
    /// Delete objects by name or by a file
    Delete(Delete),
    /// Make new objects from a file, or a token of a service account
    Create(write::Create),
    /// Replace whole objects by a file's
    Replace(write::Replace),
    /// Change parts of an object
    Patch(patch::Patch),
    /// Set how many replicas there shall be
    Scale(scale::Scale),
    /// Set or remove labels
    Label(label::Change),
    /// Set or remove annotations
    Annotate(label::Change),
    /// Wait until objects are as they are wanted
    Wait(wait::Wait),
    /// Ask how far a rollout is
    Rollout {
        #[command(subcommand)]
        action: wait::RolloutAction,
    },
    /// Print the log of a pod's container
    Logs(logs::Logs),
    /// Ask what one may do, and who one is
    Auth {
        #[command(subcommand)]
        question: auth::Question,
    },
    /// List the types that the server knows
    ApiResources(api::Resources),
    /// List the groups and versions that the server knows
    ApiVersions,
    /// Say what a type's fields are and mean
    Explain(explain::Explain),
    /// Print the server's metrics, in Prometheus' text format
    Metrics(metrics::Metrics),
}

/// Whether a change is only tried.
#[derive(Args)]
pub(crate) struct DryRun {
    /// `server`: the server does everything but store it
    #[arg(long, value_name = "none|server", value_enum, default_value_t = Rehearsal::None, hide_default_value = true, hide_possible_values = true)]
    pub(crate) dry_run: Rehearsal,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
pub(crate) enum Rehearsal {
    None,
    Server,
}

impl DryRun {
    pub(crate) fn set(&self, operation: &mut kubewire::Operation) -> Result<(), kubewire::BuildError> {
        if self.dry_run == Rehearsal::Server { operation.set("dryRun", "All") } else { Ok(()) }
    }

    /// What kubectl adds to the line that says what was done.
    pub(crate) fn note(&self) -> &'static str {
        if self.dry_run == Rehearsal::Server { " (server dry run)" } else { "" }
    }
}

#[derive(Args)]
pub(crate) struct Get {
    /// TYPE, TYPE NAME... or TYPE/NAME...
    #[arg(value_name = "TYPE [NAME]", required_unless_present = "raw")]
    pub(crate) words: Vec<String>,
    /// Of all namespaces
    #[arg(short = 'A', long, conflicts_with = "namespace")]
    pub(crate) all_namespaces: bool,
    /// Only objects with these labels, such as app=web,tier!=old
    #[arg(short = 'l', long, value_name = "LABELS")]
    pub(crate) selector: Option<String>,
    /// Only objects with these fields, such as status.phase=Running
    #[arg(long, value_name = "FIELDS")]
    pub(crate) field_selector: Option<String>,
    /// How to print; without it as the server's table
    #[arg(short, long, value_name = "FORMAT", value_parser = Formats)]
    pub(crate) output: Option<Output>,
    /// A subresource of the named object, such as status or scale
    #[arg(long, value_name = "NAME", requires = "words")]
    pub(crate) subresource: Option<String>,
    /// Objects that are not there are no failure
    #[arg(long)]
    pub(crate) ignore_not_found: bool,
    /// The values of these labels, each as a column
    #[arg(short = 'L', long, value_name = "LABEL", value_delimiter = ',')]
    pub(crate) label_columns: Vec<String>,
    /// All labels of each object, as the last column
    #[arg(long)]
    pub(crate) show_labels: bool,
    /// No line of headings
    #[arg(long)]
    pub(crate) no_headers: bool,
    /// Go on with each change, until it is interrupted
    #[arg(short, long, conflicts_with = "raw")]
    pub(crate) watch: bool,
    /// Only the changes from now on
    #[arg(long, conflicts_with = "raw")]
    pub(crate) watch_only: bool,
    /// A path with its query, such as /version or '/api/v1/pods?limit=1'; the answer is printed as it comes
    #[arg(long, value_name = "PATH", conflicts_with_all = ["words", "output", "all_namespaces", "selector", "field_selector"])]
    pub(crate) raw: Option<String>,
}

#[derive(Args)]
pub(crate) struct Apply {
    /// A file of YAML or JSON, of one or more documents; - for standard input
    #[arg(short, long, value_name = "FILE", required = true)]
    pub(crate) filename: PathBuf,
    /// Take over fields that other managers own
    #[arg(long)]
    pub(crate) force_conflicts: bool,
    /// The name that owns the fields
    #[arg(long, default_value = "kubewire", value_name = "NAME")]
    pub(crate) field_manager: String,
    #[command(flatten)]
    pub(crate) dry_run: DryRun,
}

#[derive(Args)]
pub(crate) struct Delete {
    /// TYPE NAME... or TYPE/NAME...
    #[arg(value_name = "TYPE NAME", required_unless_present = "filename", conflicts_with = "filename")]
    pub(crate) words: Vec<String>,
    /// A file of YAML or JSON whose objects are deleted; - for standard input
    #[arg(short, long, value_name = "FILE")]
    pub(crate) filename: Option<PathBuf>,
    /// What happens to the objects' dependents
    #[arg(long, value_enum, default_value_t = Cascade::Background)]
    pub(crate) cascade: Cascade,
    /// Seconds that the objects may take to end
    #[arg(long, value_name = "SECONDS")]
    pub(crate) grace_period: Option<u32>,
    #[command(flatten)]
    pub(crate) dry_run: DryRun,
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Cascade {
    /// They go later
    Background,
    /// They go first
    Foreground,
    /// They stay
    Orphan,
}
