#pragma once

#include <libpq-fe.h>

namespace edge::hub {

/// The functions of libpq that the store calls, under their names without `PQ`. It is loaded with the first connection:
/// Kerberos, LDAP and TLS come with it, for which no other command should wait.
struct PostgresLibrary {
    decltype(PQclear)* clear;
    decltype(PQcmdStatus)* cmd_status;
    decltype(PQconnectdbParams)* connectdb_params;
    decltype(PQconsumeInput)* consume_input;
    decltype(PQenterPipelineMode)* enter_pipeline_mode;
    decltype(PQerrorMessage)* error_message;
    decltype(PQexec)* exec;
    decltype(PQexitPipelineMode)* exit_pipeline_mode;
    decltype(PQfinish)* finish;
    decltype(PQflush)* flush;
    decltype(PQgetResult)* get_result;
    decltype(PQgetisnull)* getisnull;
    decltype(PQgetlength)* getlength;
    decltype(PQgetvalue)* getvalue;
    decltype(PQntuples)* ntuples;
    decltype(PQpipelineSync)* pipeline_sync;
    decltype(PQresultErrorField)* result_error_field;
    decltype(PQresultStatus)* result_status;
    decltype(PQsendPrepare)* send_prepare;
    decltype(PQsendQueryPrepared)* send_query_prepared;
    decltype(PQserverVersion)* server_version;
    decltype(PQsetNoticeProcessor)* set_notice_processor;
    decltype(PQsetnonblocking)* setnonblocking;
    decltype(PQsocket)* socket;
    decltype(PQstatus)* status;
};

/// Loads it at the first call. Throws `not_found` if this machine has no libpq.
[[nodiscard]] const PostgresLibrary& postgres();

}  // namespace edge::hub
